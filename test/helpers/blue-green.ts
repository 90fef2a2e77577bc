import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import {
  createBalancer,
  createGroup,
  createListener,
  healthOf,
} from '#test/unit/localcloud/services/elasticloadbalancing/elb-under-test';

/** A target group of ports on this host. */
export interface PortGroup {
  readonly arn: string;
  readonly ports: readonly number[];
}

/** A listener whose one rule shares requests between a blue and a green group. */
export interface BlueGreen {
  readonly url: string;
  readonly port: number;
  readonly listenerArn: string;
  readonly ruleArn: string;
  readonly blue: PortGroup;
  readonly green: PortGroup;
  /** Replaces the rule's weights; effective when it resolves, unless the balancer was told to lag. */
  weights(blue: number, green: number): Promise<void>;
  /** Starts the draining of all targets of a group. */
  deregister(group: PortGroup): Promise<void>;
}

/** What a blue and a green group are made of. */
export interface BlueGreenOptions {
  readonly bluePorts: readonly number[];
  readonly greenPorts: readonly number[];
  /** Deregistration delay of both groups, in seconds of the local cloud's clock. */
  readonly delaySeconds: number;
  readonly weights?: readonly [blue: number, green: number];
}

const targetsOf = (ports: readonly number[]): { Id: string; Port: number }[] =>
  ports.map((Port) => ({ Id: '127.0.0.1', Port }));

const createPortGroup = async (
  elb: ElasticLoadBalancingV2,
  name: string,
  ports: readonly number[],
  delaySeconds: number,
): Promise<PortGroup> => {
  const arn = await createGroup(elb, name);
  await elb.modifyTargetGroupAttributes({
    TargetGroupArn: arn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(delaySeconds) }],
  });
  if (ports.length > 0) await elb.registerTargets({ TargetGroupArn: arn, Targets: targetsOf(ports) });
  return { arn, ports };
};

/** Creates the groups, the balancer and the rule; every target is healthy when it resolves. */
export const createBlueGreen = async (
  elb: ElasticLoadBalancingV2,
  options: BlueGreenOptions,
): Promise<BlueGreen> => {
  const blue = await createPortGroup(elb, 'blue', options.bluePorts, options.delaySeconds);
  const green = await createPortGroup(elb, 'green', options.greenPorts, options.delaySeconds);
  const LoadBalancerArn = await createBalancer(elb);
  const listener = await createListener(elb, LoadBalancerArn);
  const actions = (blueWeight: number, greenWeight: number) => [
    {
      Type: 'forward' as const,
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue.arn, Weight: blueWeight },
          { TargetGroupArn: green.arn, Weight: greenWeight },
        ],
      },
    },
  ];
  const { Rules } = await elb.createRule({
    ListenerArn: listener.arn,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
    Actions: actions(...(options.weights ?? [100, 0])),
  });
  const ruleArn = Rules?.[0]?.RuleArn ?? '';
  for (const { arn } of [blue, green])
    await eventually(async () => (await healthOf(elb, arn)).every((state) => state === 'healthy'));
  return {
    url: listener.url,
    port: listener.port,
    listenerArn: listener.arn,
    ruleArn,
    blue,
    green,
    weights: async (blueWeight, greenWeight) => {
      await elb.modifyRule({ RuleArn: ruleArn, Actions: actions(blueWeight, greenWeight) });
    },
    deregister: async ({ arn, ports }) => {
      await elb.deregisterTargets({ TargetGroupArn: arn, Targets: targetsOf(ports) });
    },
  };
};
