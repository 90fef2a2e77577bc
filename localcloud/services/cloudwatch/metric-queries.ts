import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { groupByPeriod } from './datapoints.ts';
import { validationError } from './errors.ts';
import { metricOf } from './metric.ts';
import { evaluateExpression } from './math/evaluate.ts';
import type { MetricStore } from './metric-store.ts';
import { checkPeriod, firstPeriod } from './period.ts';
import { parseStatistic } from './statistic.ts';

/** A value for each period, by the time at which the period begins (milliseconds since the epoch), in order. */
export type Points = ReadonlyMap<number, number>;

/** What a query found. */
export interface QueryResult {
  readonly id: string;
  readonly label: string;
  readonly points: Points;
}

/** The time that queries look at: `[from, until)`, milliseconds since the epoch. */
export interface QueryRange {
  readonly from: number;
  readonly until: number;
}

const ID = /^[a-z][A-Za-z0-9_]*$/;

const readMetric = (
  { MetricStat: stat }: MetricDataQuery,
  { from, until }: QueryRange,
  metrics: MetricStore,
): Points => {
  const period = checkPeriod(stat?.Period);
  const statistic = parseStatistic(stat?.Stat ?? '');
  const { Namespace, MetricName, Dimensions } = stat?.Metric ?? {};
  const first = firstPeriod(from, period);
  const bins = metrics.read(metricOf(Namespace, MetricName, Dimensions), stat?.Unit, first, until);
  const points = new Map<number, number>();
  for (const [start, distribution] of groupByPeriod(bins, period * 1_000, first)) {
    const value = statistic(distribution);
    if (value !== undefined) points.set(start, value);
  }
  return points;
};

const checkQueries = (queries: readonly MetricDataQuery[]): void => {
  const seen = new Set<string>();
  for (const { Id: id = '', MetricStat: stat, Expression: expression } of queries) {
    if (!ID.test(id)) throw validationError(`The value ${id} for parameter Id is not valid.`);
    if (seen.has(id)) throw validationError(`The value ${id} for parameter Id is not unique.`);
    seen.add(id);
    if ((stat === undefined) === (expression === undefined))
      throw validationError(`The query ${id} must have either MetricStat or Expression.`);
  }
};

/** Runs all queries, metrics and expressions over them, and answers those whose `ReturnData` is not false. */
export const runQueries = (
  queries: readonly MetricDataQuery[],
  range: QueryRange,
  metrics: MetricStore,
): QueryResult[] => {
  checkQueries(queries);
  const points = new Map<string, Points>();
  const under = new Set<string>();
  const resolve = (id: string): Points => {
    const known = points.get(id);
    if (known !== undefined) return known;
    const query = queries.find(({ Id }) => Id === id);
    if (query === undefined || under.has(id))
      throw validationError(`Error in expression: '${id}' is unknown or refers to itself.`);
    under.add(id);
    const found =
      query.Expression === undefined
        ? readMetric(query, range, metrics)
        : evaluateExpression(query.Expression, resolve);
    points.set(id, found);
    return found;
  };
  return queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map(({ Id: id = '', Label, MetricStat }) => ({
      id,
      label: Label ?? MetricStat?.Metric?.MetricName ?? id,
      points: resolve(id),
    }));
};
