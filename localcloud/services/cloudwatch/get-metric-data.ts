import type { GetMetricDataInput, GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { validationError } from './errors.ts';
import type { QueryResult } from './metric-queries.ts';
import { runQueries } from './metric-queries.ts';
import { pageOf } from './pages.ts';
import type { CloudWatchScope } from './scope.ts';

// API reference, GetMetricData.
const MOST_QUERIES = 500;
const MOST_DATAPOINTS = 100_800;

interface Point {
  readonly id: string;
  readonly at: number;
  readonly value: number;
}

const pointsOf = ({ id, points }: QueryResult, ascending: boolean): Point[] => {
  const inOrder = [...points].map(([at, value]) => ({ id, at, value }));
  return ascending ? inOrder : inOrder.toReversed();
};

const present = (
  { id, label }: QueryResult,
  points: readonly Point[],
  complete: boolean,
): MetricDataResult => ({
  Id: id,
  Label: label,
  Timestamps: points.map(({ at }) => new Date(at)),
  Values: points.map(({ value }) => value),
  StatusCode: complete ? 'Complete' : 'PartialData',
});

/** GetMetricData: metrics and simple metric math, newest first unless told otherwise. */
export const getMetricData = (
  { metrics }: Pick<CloudWatchScope, 'metrics'>,
  input: GetMetricDataInput,
): GetMetricDataOutput => {
  const queries = input.MetricDataQueries ?? [];
  const from = input.StartTime?.getTime() ?? 0;
  const until = input.EndTime?.getTime() ?? 0;
  if (from >= until)
    throw validationError('The parameter StartTime must be less than the parameter EndTime.');
  if (queries.length === 0 || queries.length > MOST_QUERIES)
    throw validationError(`MetricDataQueries must have between 1 and ${MOST_QUERIES} items.`);
  const results = runQueries(queries, { from, until }, metrics);
  const all = results.flatMap((result) => pointsOf(result, input.ScanBy === 'TimestampAscending'));
  const limit = Math.min(input.MaxDatapoints ?? MOST_DATAPOINTS, MOST_DATAPOINTS);
  const { items, ...page } = pageOf(all, input.NextToken, limit);
  const unfinished =
    page.NextToken === undefined ? undefined : all[all.indexOf(items.at(-1) as Point) + 1]?.id;
  const shown = results.flatMap((result) => {
    const points = items.filter(({ id }) => id === result.id);
    if (points.length === 0 && (result.points.size > 0 || input.NextToken !== undefined)) return [];
    return [present(result, points, result.id !== unfinished)];
  });
  return { MetricDataResults: shown, Messages: [], ...page };
};
