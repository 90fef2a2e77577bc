import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runQueries } from '#localcloud/services/cloudwatch/metric-queries';
import type { MetricStore } from '#localcloud/services/cloudwatch/metric-store';
import { metricOf } from '#localcloud/services/cloudwatch/metric';
import { closeMetrics, noon, openMetrics } from './metrics-under-test.ts';

afterEach(closeMetrics);

const stat = (Id: string, MetricName: string, Period = 60, Stat = 'Sum'): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period, Stat },
  ReturnData: false,
});

const run = (
  metrics: MetricStore,
  queries: MetricDataQuery[],
  fromSeconds = 0,
  untilSeconds = 600,
): [number, number][][] =>
  runQueries(queries, { from: noon + fromSeconds * 1_000, until: noon + untilSeconds * 1_000 }, metrics).map(
    ({ points }) => [...points].map(([at, value]) => [(at - noon) / 1_000, value]),
  );

const shop = (): MetricStore => {
  const { metrics, put } = openMetrics();
  const [errors, all] = [metricOf('Shop', 'Errors', []), metricOf('Shop', 'All', [])];
  put(100, 0, all);
  put(200, 60, all);
  put(400, 120, all);
  put(0, 180, all);
  put(5, 0, errors);
  put(20, 120, errors);
  put(1, 180, errors);
  return metrics;
};

describe('a query of a metric', () => {
  test('answers periods that begin at its start, rounded down to the minute', () => {
    const query = { ...stat('m', 'All', 120), ReturnData: true };
    expect(run(shop(), [query])).toEqual([
      [
        [0, 300],
        [120, 400],
      ],
    ]);
    expect(run(shop(), [query], 75)).toEqual([
      [
        [60, 600],
        [180, 0],
      ],
    ]);
  });

  test('looks at no bin that begins at its end or later', () => {
    expect(run(shop(), [{ ...stat('m', 'All', 600), ReturnData: true }], 0, 120)).toEqual([[[0, 300]]]);
  });

  test.each([7, 0, -60, 90, 61])('refuses a period of %d seconds', (period) => {
    expect(() => run(shop(), [stat('m', 'All', period)])).not.toThrow();
    expect(() => run(shop(), [{ ...stat('m', 'All', period), ReturnData: true }])).toThrow(
      'Period is invalid',
    );
  });
});

describe('an expression', () => {
  const evaluate = (Expression: string): [number, number][] | undefined =>
    run(shop(), [stat('e', 'Errors'), stat('a', 'All'), { Id: 'r', Expression }])[0];

  test('has a point where all of its metrics have one, and none for a division by zero', () => {
    expect(evaluate('100 * e / a')).toEqual([
      [0, 5],
      [120, 5],
    ]);
  });

  test.each([
    ['1 + 2 * 3 - a * 0', 7],
    ['(1 + 2) * 3 + e * 0', 9],
    ['-e + 2 ^ 3', 3],
    ['8 / 4 / 2 + 0 * e', 1],
    ['IF(a >= 100 AND e < 6, 1, 2)', 1],
    ['IF(e == 5 || e == 6, a, 0)', 100],
    ['SUM([a, e])', 105],
    ['MAX([a, e]) - MIN([a, e])', 95],
    ['AVG(a) + 0 * e', 175],
  ])('%s is %d at noon', (expression, expected) => {
    expect(evaluate(expression)?.[0]).toEqual([0, expected]);
  });

  test('fills gaps with FILL', () => {
    expect(evaluate('FILL(e, 0) + a * 0')).toEqual([
      [0, 5],
      [60, 0],
      [120, 20],
      [180, 1],
    ]);
  });

  test.each([
    '',
    'e +',
    '(e',
    'e e',
    'x / a',
    'r + 1',
    'e $ a',
    'ANOMALY_DETECTION_BAND(e)',
    '[e, a]',
    'SUM()',
  ])('that is not understood, %j, is refused', (expression) => {
    expect(() => evaluate(expression)).toThrow();
  });
});

describe('queries', () => {
  test.each([
    ['an id that begins with a capital', [{ ...stat('M', 'All') }]],
    ['an id twice', [stat('m', 'All'), stat('m', 'Errors')]],
    ['neither a metric nor an expression', [{ Id: 'm' }]],
    ['both a metric and an expression', [{ ...stat('m', 'All'), Expression: '1' }]],
  ])('with %s are refused', (_, queries) => {
    expect(() => run(shop(), queries)).toThrow();
  });
});
