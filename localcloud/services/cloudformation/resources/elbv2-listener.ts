import type { Action, ProtocolEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { MadeResource } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';
import { actionsShape } from './elbv2-actions.ts';

interface Listener {
  readonly LoadBalancerArn: string;
  readonly Port: number;
  readonly Protocol: ProtocolEnum;
  readonly DefaultActions: Action[];
}

const made = (arn: string): MadeResource => ({ physicalId: arn, attributes: { ListenerArn: arn } });

/** `AWS::ElasticLoadBalancingV2::Listener` */
export const elbv2Listener = resourceType<Listener>({
  type: 'AWS::ElasticLoadBalancingV2::Listener',
  properties: {
    LoadBalancerArn: 'string',
    Port: 'number',
    Protocol: 'string',
    DefaultActions: actionsShape,
  },
  required: ['LoadBalancerArn', 'Port', 'Protocol', 'DefaultActions'],
  replacing: ['LoadBalancerArn'],
  attributes: ['ListenerArn'],
  create: async (properties, scope) => {
    const { Listeners } = await scope.peers.elasticloadbalancing.CreateListener(properties, scope.call);
    return made(Listeners?.[0]?.ListenerArn ?? '');
  },
  update: async (arn, { Port, Protocol, DefaultActions }, _, scope) => {
    await scope.peers.elasticloadbalancing.ModifyListener(
      { ListenerArn: arn, Port, Protocol, DefaultActions },
      scope.call,
    );
    return made(arn);
  },
  delete: async (arn, _, scope) => {
    await scope.peers.elasticloadbalancing.DeleteListener({ ListenerArn: arn }, scope.call);
  },
});
