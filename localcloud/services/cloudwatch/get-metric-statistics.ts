import type {
  Datapoint,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
} from '@aws-sdk/client-cloudwatch';
import { groupByPeriod } from './datapoints.ts';
import type { Distribution } from './distribution.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from './errors.ts';
import { metricOf } from './metric.ts';
import { checkPeriod, firstPeriod } from './period.ts';
import type { CloudWatchScope } from './scope.ts';
import { parseStatistic } from './statistic.ts';

// API reference, GetMetricStatistics.
const MOST_DATAPOINTS = 1_440;

const datapoint = (
  at: number,
  unit: string,
  distribution: Distribution,
  { Statistics = [], ExtendedStatistics = [] }: GetMetricStatisticsInput,
): Datapoint => {
  const extended: Record<string, number> = {};
  for (const name of ExtendedStatistics) {
    const value = parseStatistic(name)(distribution);
    if (value !== undefined) extended[name] = value;
  }
  return {
    Timestamp: new Date(at),
    Unit: unit as NonNullable<Datapoint['Unit']>,
    ...Object.fromEntries(Statistics.map((name) => [name, parseStatistic(name)(distribution)])),
    ...(ExtendedStatistics.length === 0 ? {} : { ExtendedStatistics: extended }),
  };
};

/** GetMetricStatistics: the datapoints of each unit of one metric. */
export const getMetricStatistics = (
  { metrics }: Pick<CloudWatchScope, 'metrics'>,
  input: GetMetricStatisticsInput,
): GetMetricStatisticsOutput => {
  const period = checkPeriod(input.Period);
  const start = input.StartTime?.getTime() ?? 0;
  const until = input.EndTime?.getTime() ?? 0;
  if ((input.Statistics ?? []).length + (input.ExtendedStatistics ?? []).length === 0)
    throw missingParameter('Statistics');
  if (start >= until)
    throw invalidParameterValue('The parameter StartTime must be less than the parameter EndTime.');
  const wanted = Math.ceil((until - start) / (period * 1_000));
  if (wanted > MOST_DATAPOINTS)
    throw invalidParameterCombination(
      `You have requested up to ${wanted.toLocaleString('en')} datapoints, which exceeds the limit of ${MOST_DATAPOINTS.toLocaleString('en')}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  const from = firstPeriod(start, period);
  const bins = metrics.read(
    metricOf(input.Namespace, input.MetricName, input.Dimensions),
    input.Unit,
    from,
    until,
  );
  const units = [...new Set(bins.map(({ unit }) => unit))];
  const Datapoints = units.flatMap((unit) => {
    const ofUnit = bins.filter((bin) => bin.unit === unit);
    return [...groupByPeriod(ofUnit, period * 1_000, from)].map(([at, distribution]) =>
      datapoint(at, unit, distribution, input),
    );
  });
  return { Label: input.MetricName ?? '', Datapoints };
};
