import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { plausibleCounts } from './request-counts.ts';
import type { RequestCounts } from './request-counts.ts';
import { readTargetGroupMetrics } from './target-group-metrics.ts';
import type { MetricScope, Minutes } from './target-group-metrics.ts';

export interface RequestMetricsDeps {
  readonly cloudWatch: CloudWatchClient;
}

const sum = (minutes: Minutes | undefined): number =>
  [...(minutes?.values() ?? [])].reduce((total, value) => total + value, 0);

/**
 * Requests and errors of the target groups since a time. A request has failed when its target answered 5xx or could not be
 * connected to; what the balancer answers by itself is known per balancer only. A metric without data counts as zero, which
 * is how CloudWatch shows that nothing happened. The figures of a step are the difference of two readings
 * (`countsSince`), so that half minutes and minutes that come late end up in one step or the next, and in one only.
 */
export const readRequestCounts = async (
  scope: MetricScope,
  deps: RequestMetricsDeps,
): Promise<Map<string, RequestCounts>> => {
  const metrics = await readTargetGroupMetrics(
    scope,
    ['RequestCount', 'HTTPCode_Target_5XX_Count', 'TargetConnectionErrorCount'].map((metric) => ({
      metric,
      statistic: 'Sum',
    })),
    deps.cloudWatch,
  );
  return new Map(
    [...metrics].map(([targetGroup, [requests, failed, refused]]) => [
      targetGroup,
      plausibleCounts({ requests: sum(requests), errors: sum(failed) + sum(refused) }),
    ]),
  );
};

/**
 * 95th percentiles of the targets' response times in seconds, since a time; a group without requests has none. Percentiles
 * of minutes cannot be added up, so it is the mean of the minutes', each counting as much as it had answers.
 */
export const readP95 = async (scope: MetricScope, deps: RequestMetricsDeps): Promise<Map<string, number>> => {
  const metrics = await readTargetGroupMetrics(
    scope,
    ['p95', 'SampleCount'].map((statistic) => ({ metric: 'TargetResponseTime', statistic })),
    deps.cloudWatch,
  );
  const percentiles = new Map<string, number>();
  for (const [targetGroup, [p95s, answers]] of metrics) {
    const total = sum(answers);
    const weighted = [...(p95s ?? [])].reduce(
      (seconds, [minute, p95]) => seconds + p95 * (answers?.get(minute) ?? 0),
      0,
    );
    if (total > 0 && weighted > 0) percentiles.set(targetGroup, weighted / total);
  }
  return percentiles;
};
