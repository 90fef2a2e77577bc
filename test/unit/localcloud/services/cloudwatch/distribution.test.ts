import { describe, expect, test } from '@jest/globals';
import {
  mergeDistributions,
  percentileOf,
  summaryDistribution,
  valueDistribution,
} from '#localcloud/services/cloudwatch/distribution';
import { parseStatistic } from '#localcloud/services/cloudwatch/statistic';

const of = (...values: number[]) => mergeDistributions(values.map((value) => valueDistribution(value)));

describe('percentiles', () => {
  test('are at most 1 % away from the value at their rank', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => 0.001 * 1.01 ** index);
    const distribution = of(...values);
    for (const percent of [1, 10, 50, 90, 95, 99, 99.9]) {
      const exact = values[Math.ceil((percent / 100) * values.length) - 1] ?? 0;
      const found = percentileOf(distribution, percent) ?? 0;
      expect(Math.abs(found / exact - 1)).toBeLessThan(0.0101);
    }
  });

  test('never leave the values that occurred', () => {
    expect(percentileOf(of(5), 50)).toBe(5);
    expect(percentileOf(of(5, 5, 7), 100)).toBe(7);
    expect(percentileOf(of(0, 0, 0), 99)).toBe(0);
  });

  test('do not depend on how the values came together', () => {
    const [left, right] = [of(1, 2, 3), of(10, 20, 30)];
    expect(percentileOf(mergeDistributions([left, right]), 95)).toBe(
      percentileOf(of(30, 20, 10, 3, 2, 1), 95),
    );
  });

  test('are not known of negative values nor of a summary of several values', () => {
    expect(percentileOf(of(-1, 2), 50)).toBeUndefined();
    const summary = { count: 2, sum: 3, min: 1, max: 2 };
    expect(percentileOf(summaryDistribution(summary), 50)).toBeUndefined();
    expect(percentileOf(summaryDistribution({ count: 2, sum: 4, min: 2, max: 2 }), 50)).toBe(2);
  });
});

describe('statistics', () => {
  test.each([
    ['SampleCount', 4],
    ['Sum', 10],
    ['Average', 2.5],
    ['Minimum', 1],
    ['Maximum', 4],
  ])('%s of 1, 2, 3 and 4 is %d', (name, expected) => {
    expect(parseStatistic(name)(of(1, 2, 3, 4))).toBe(expected);
  });

  test.each(['p101', 'p', 'P95', 'sum', 'tm90', 'constructor', ''])('%s is refused', (name) => {
    expect(() => parseStatistic(name)).toThrow('is not supported');
  });

  test.each(['p0', 'p50', 'p99.9', 'p100'])('%s is a percentile', (name) => {
    expect(parseStatistic(name)(of(3))).toBe(3);
  });
});
