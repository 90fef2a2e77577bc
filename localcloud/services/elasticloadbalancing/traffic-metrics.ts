import type { Dimension, MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { TrafficPart } from '../../load-balancer/traffic-counters.ts';

// User Guide, "CloudWatch metrics for your Application Load Balancer": an ARN's last part without its kind.
const loadBalancerValue = (arn: string): string => arn.slice(arn.indexOf('app/'));
const targetGroupValue = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

/** The dimension `LoadBalancer`, from the ARN of a load balancer or of one of its listeners. */
export const loadBalancerDimension = (arn: string): Dimension => ({
  Name: 'LoadBalancer',
  Value: loadBalancerValue(arn).split('/').slice(0, 3).join('/'),
});

/** The dimension `TargetGroup`. */
export const targetGroupDimension = (arn: string): Dimension => ({
  Name: 'TargetGroup',
  Value: targetGroupValue(arn),
});

// "Minimum, Maximum, and Average all return 1": a count is that many ones.
const count = (MetricName: string, times: number): MetricDatum[] =>
  times === 0 ? [] : [{ MetricName, Unit: 'Count', Values: [1], Counts: [times] }];

const statusCounts = (codes: TrafficPart['balancerCodes']): MetricDatum[] => {
  const classes = new Map<string, number>();
  for (const [status, times] of Object.entries(codes)) {
    const name = `${status.charAt(0)}XX`;
    classes.set(name, (classes.get(name) ?? 0) + times);
  }
  return [
    ...[...classes].flatMap(([name, times]) => count(`HTTPCode_ELB_${name}_Count`, times)),
    ...['500', '502', '503', '504'].flatMap((status) =>
      count(`HTTPCode_ELB_${status}_Count`, codes[status] ?? 0),
    ),
  ];
};

const targetData = (part: TrafficPart): MetricDatum[] => [
  ...count('RequestCount', part.requests),
  ...['2XX', '3XX', '4XX', '5XX'].flatMap((name) =>
    count(`HTTPCode_Target_${name}_Count`, part.targetCodes[name] ?? 0),
  ),
  ...count('TargetConnectionErrorCount', part.connectionErrors),
  ...(part.responseTimes.values.length === 0
    ? []
    : [
        {
          MetricName: 'TargetResponseTime',
          Unit: 'Seconds' as const,
          Values: [...part.responseTimes.values],
          Counts: [...part.responseTimes.counts],
        },
      ]),
];

const inDimensions = (data: readonly MetricDatum[], ...Dimensions: Dimension[]): MetricDatum[] =>
  data.map((datum) => ({ ...datum, Dimensions }));

/** Metrics of a target group, for the group and for its load balancer; answers of the balancer's own are the latter's. */
export const groupTrafficData = (
  part: TrafficPart,
  groupArn: string,
  loadBalancerArn: string,
  healthyTargets: number,
): MetricDatum[] => {
  const [group, balancer] = [targetGroupDimension(groupArn), loadBalancerDimension(loadBalancerArn)];
  const data = targetData(part);
  const perTarget: MetricDatum[] =
    part.requests === 0
      ? []
      : [
          {
            MetricName: 'RequestCountPerTarget',
            Unit: 'Count',
            Value: part.requests / Math.max(1, healthyTargets),
          },
        ];
  return [
    ...inDimensions([...data, ...perTarget], group, balancer),
    ...inDimensions(perTarget, group),
    ...inDimensions([...data, ...statusCounts(part.balancerCodes)], balancer),
  ];
};

/** Metrics of the answers of a listener that no target group had a part in. */
export const listenerTrafficData = (part: TrafficPart, listenerArn: string): MetricDatum[] =>
  inDimensions(statusCounts(part.balancerCodes), loadBalancerDimension(listenerArn));

/** The targets of a group by their health. */
export interface HostCounts {
  readonly healthy: number;
  readonly unhealthy: number;
}

/** `HealthyHostCount` and `UnHealthyHostCount`. */
export const healthData = (
  { healthy, unhealthy }: HostCounts,
  groupArn: string,
  loadBalancerArn: string,
): MetricDatum[] =>
  inDimensions(
    [
      { MetricName: 'HealthyHostCount', Unit: 'Count', Value: healthy },
      { MetricName: 'UnHealthyHostCount', Unit: 'Count', Value: unhealthy },
    ],
    targetGroupDimension(groupArn),
    loadBalancerDimension(loadBalancerArn),
  );
