import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchClient, MetricDataResult } from '@aws-sdk/client-cloudwatch';

const MINUTE_MILLISECONDS = 60_000;

/** Which requests are meant: those to these target groups of a balancer, all of them ARNs. */
export interface MetricScope {
  readonly loadBalancer: string;
  readonly targetGroups: readonly string[];
  /** From the beginning of its minute on. */
  readonly since: Date;
  readonly until: Date;
}

/** A metric and what is wanted of its minutes (`Sum`, `p95`). */
export interface MetricStatistic {
  readonly metric: string;
  readonly statistic: string;
}

/** What the minutes had, by their beginning in milliseconds since the epoch; a minute without data is not there. */
export type Minutes = ReadonlyMap<number, number>;

/** `app/kiln/50dc6c49`, `targetgroup/hello/73e2d6bc`: an ARN's last part, for a balancer without the word before it. */
const dimension = (arn: string): string => (arn.split(':').at(-1) ?? arn).replace(/^loadbalancer\//, '');

const minutesOf = (results: readonly MetricDataResult[]): Minutes =>
  new Map(
    results
      .flatMap(({ Timestamps = [], Values = [] }) =>
        Timestamps.map((at, index) => [at.getTime(), Values[index] ?? Number.NaN] as const),
      )
      .filter(([, value]) => Number.isFinite(value)),
  );

/**
 * Reads metrics of several target groups minute by minute: one GetMetricData call for up to 500 of them together
 * (AWS/ApplicationELB, dimensions TargetGroup and LoadBalancer, bins of 60 s). The values of a group come in the order of
 * the statistics asked for; a group of which one could not be read whole has none at all, since errors that are missing
 * would look like success.
 */
export const readTargetGroupMetrics = async (
  scope: MetricScope,
  statistics: readonly MetricStatistic[],
  cloudWatch: CloudWatchClient,
): Promise<Map<string, readonly Minutes[]>> => {
  const id = (group: number, statistic: number): string => `g${group}_${statistic}`;
  const startsAt = Math.floor(scope.since.getTime() / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
  // The minute under way counts too; the end is exclusive and must be after the start.
  const endsAt = Math.max(
    startsAt + MINUTE_MILLISECONDS,
    Math.ceil(scope.until.getTime() / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS,
  );
  const queries = scope.targetGroups.flatMap((targetGroup, group) =>
    statistics.map(({ metric, statistic }, index) => ({
      Id: id(group, index),
      MetricStat: {
        Metric: {
          Namespace: 'AWS/ApplicationELB',
          MetricName: metric,
          Dimensions: [
            { Name: 'TargetGroup', Value: dimension(targetGroup) },
            { Name: 'LoadBalancer', Value: dimension(scope.loadBalancer) },
          ],
        },
        Period: MINUTE_MILLISECONDS / 1000,
        Stat: statistic,
      },
    })),
  );
  const results: MetricDataResult[] = [];
  let nextToken: string | undefined;
  do {
    const page = await cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(startsAt),
        EndTime: new Date(endsAt),
        ScanBy: 'TimestampAscending',
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      }),
    );
    results.push(...(page.MetricDataResults ?? []));
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return new Map(
    scope.targetGroups.map((targetGroup, group) => {
      const own = statistics.map((_, index) => results.filter(({ Id }) => Id === id(group, index)));
      // A page may be partial; only what the last one says is final.
      const isWhole = own.every((pages) => (pages.at(-1)?.StatusCode ?? 'Complete') === 'Complete');
      return [targetGroup, isWhole ? own.map(minutesOf) : statistics.map(() => new Map())];
    }),
  );
};
