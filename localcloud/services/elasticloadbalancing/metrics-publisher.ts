import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { CloudContext } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';
import type { LoadBalancer } from '../../load-balancer/load-balancer.ts';
import { associations } from './associations.ts';
import type { ElbRecords } from './records.ts';
import { groupTrafficData, healthData, listenerTrafficData } from './traffic-metrics.ts';
import type { HostCounts } from './traffic-metrics.ts';

/** Publishes the metrics of the balancers to CloudWatch. */
export interface MetricsPublisher {
  /** Takes over what was counted; needed before counters go away. */
  collect(): void;
  /** Publishes every second until the signal fires. */
  run(signal: AbortSignal): Promise<void>;
  /** Publishes what has not been yet. */
  publish(): Promise<void>;
}

// Deviation from AWS, which publishes a minute when it is over: here the current minute can be watched growing.
const TURN_MILLISECONDS = 1_000;
const HEALTH_MILLISECONDS = 15_000;

// API reference, PutMetricData: 1,000 metrics in one call.
const MOST_DATA = 1_000;

/** Creates the publisher; `hosts` counts the targets of a group by their health, undefined when it has none. */
export const createMetricsPublisher = (
  { clock, log, peers, asService }: Pick<CloudContext, 'clock' | 'log' | 'peers' | 'asService'>,
  records: ElbRecords,
  balancer: LoadBalancer,
  hosts: (targetGroupArn: string) => HostCounts | undefined,
): MetricsPublisher => {
  let pending: MetricDatum[] = [];
  let countedSince = clock.now();
  let balancerOf = new Map<string, string>();
  const shown = new Map<string, { readonly at: number; readonly counts: string }>();

  const refreshAssociations = (): void => {
    // A group that no rule names any more still belongs to the balancer that its last requests came through.
    const kept = [...balancerOf].filter(([groupArn]) => balancer.pools.has(groupArn));
    balancerOf = new Map(kept);
    for (const [groupArn, [loadBalancerArn]] of associations(records))
      if (loadBalancerArn !== undefined) balancerOf.set(groupArn, loadBalancerArn);
  };
  const collectTraffic = (): MetricDatum[] => {
    const groups = [...balancer.pools].flatMap(([arn, { counters }]) => {
      const part = counters.take();
      return part === undefined ? [] : [{ arn, part }];
    });
    if (groups.length > 0) refreshAssociations();
    const data = groups.flatMap(({ arn, part }) => {
      const loadBalancerArn = balancerOf.get(arn);
      if (loadBalancerArn === undefined) return [];
      return groupTrafficData(part, arn, loadBalancerArn, hosts(arn)?.healthy ?? 0);
    });
    const unrouted = [...balancer.unrouted].flatMap(([arn, counters]) => {
      const part = counters.take();
      return part === undefined ? [] : listenerTrafficData(part, arn);
    });
    return [...data, ...unrouted];
  };
  const collect = (): void => {
    const now = clock.now();
    // A part belongs to the minute in which its counting began.
    const Timestamp = new Date(countedSince);
    countedSince = now;
    pending.push(...collectTraffic().map((datum) => ({ ...datum, Timestamp })));
  };
  const collectHealth = (): void => {
    const now = clock.now();
    refreshAssociations();
    for (const [groupArn, loadBalancerArn] of balancerOf) {
      const counts = hosts(groupArn);
      const known = shown.get(groupArn);
      const text = JSON.stringify(counts);
      if (counts === undefined || (known?.counts === text && now - known.at < HEALTH_MILLISECONDS)) continue;
      shown.set(groupArn, { at: now, counts: text });
      const Timestamp = new Date(now);
      pending.push(
        ...healthData(counts, groupArn, loadBalancerArn).map((datum) => ({ ...datum, Timestamp })),
      );
    }
    for (const groupArn of shown.keys()) if (!balancerOf.has(groupArn)) shown.delete(groupArn);
  };
  const publish = async (): Promise<void> => {
    collect();
    while (pending.length > 0) {
      const MetricData = pending.slice(0, MOST_DATA);
      await peers.cloudwatch.PutMetricData(
        { Namespace: 'AWS/ApplicationELB', MetricData },
        asService('elasticloadbalancing.amazonaws.com'),
      );
      pending = pending.slice(MetricData.length);
    }
  };
  return {
    collect,
    publish,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await clock.delay(TURN_MILLISECONDS - (clock.now() % TURN_MILLISECONDS), signal);
          collectHealth();
          await publish();
        } catch (error) {
          // A local cloud may run without CloudWatch.
          if (error instanceof AwsError && error.code === 'NotImplemented') return;
          if (!signal.aborted) log('warn', 'publishing metrics failed', { error: String(error) });
        }
      }
    },
  };
};
