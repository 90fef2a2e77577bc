import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { MadeResource } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';
import { actionsShape, conditionsShape } from './elbv2-actions.ts';

interface ListenerRule {
  readonly ListenerArn: string;
  readonly Priority: number;
  readonly Actions: Action[];
  readonly Conditions: RuleCondition[];
}

const made = (arn: string): MadeResource => ({
  physicalId: arn,
  attributes: { RuleArn: arn, IsDefault: false },
});

/** `AWS::ElasticLoadBalancingV2::ListenerRule` */
export const elbv2ListenerRule = resourceType<ListenerRule>({
  type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
  properties: {
    ListenerArn: 'string',
    Priority: 'number',
    Actions: actionsShape,
    Conditions: conditionsShape,
  },
  required: ['ListenerArn', 'Priority', 'Actions', 'Conditions'],
  replacing: ['ListenerArn'],
  attributes: ['RuleArn', 'IsDefault'],
  create: async (properties, scope) => {
    const { Rules } = await scope.peers.elasticloadbalancing.CreateRule(properties, scope.call);
    return made(Rules?.[0]?.RuleArn ?? '');
  },
  update: async (arn, { Actions, Conditions, Priority }, previous, scope) => {
    const { elasticloadbalancing } = scope.peers;
    await elasticloadbalancing.ModifyRule({ RuleArn: arn, Actions, Conditions }, scope.call);
    if (Priority !== previous.Priority) {
      await elasticloadbalancing.SetRulePriorities(
        { RulePriorities: [{ RuleArn: arn, Priority }] },
        scope.call,
      );
    }
    return made(arn);
  },
  delete: async (arn, _, scope) => {
    await scope.peers.elasticloadbalancing.DeleteRule({ RuleArn: arn }, scope.call);
  },
});
