import { afterEach, describe, expect, test } from '@jest/globals';
import { valueDistribution } from '#localcloud/services/cloudwatch/distribution';
import { metricOf } from '#localcloud/services/cloudwatch/metric';
import type { MetricStore } from '#localcloud/services/cloudwatch/metric-store';
import { closeMetrics, noon, openMetrics, requests } from './metrics-under-test.ts';

afterEach(closeMetrics);

const sums = (metrics: MetricStore, untilSeconds = 3_600): (readonly [number, number])[] =>
  metrics
    .read(requests, undefined, noon - 3_600_000, noon + untilSeconds * 1_000)
    .map(({ start, distribution }) => [(start - noon) / 1_000, distribution.sum]);

describe('stored metrics', () => {
  test('fall into bins that begin with the minute', () => {
    const { metrics, put } = openMetrics();
    put(1, 0);
    put(2, 59.999);
    put(4, 60);
    put(8, -0.001);
    expect(sums(metrics)).toEqual([
      [-60, 8],
      [0, 3],
      [60, 4],
    ]);
  });

  test('fall into bins of a second where the metric wants it', () => {
    const { metrics } = openMetrics();
    for (const at of [noon + 1_500, noon + 1_900, noon + 2_000])
      metrics.add({
        metric: requests,
        unit: 'None',
        at,
        resolutionSeconds: 1,
        distribution: valueDistribution(1),
      });
    expect(sums(metrics)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('that were read once are there after a kill, and the minute goes on growing from them', () => {
    const { metrics, put, reopen } = openMetrics();
    put(5, 10);
    expect(sums(metrics)).toEqual([[0, 5]]);
    put(100, 11);
    const after = reopen();
    expect(sums(after)).toEqual([[0, 5]]);
    after.add({
      metric: requests,
      unit: 'Count',
      at: noon + 20_000,
      resolutionSeconds: 60,
      distribution: valueDistribution(2),
    });
    expect(sums(after)).toEqual([[0, 7]]);
  });

  test('know a metric by its dimensions in any order', () => {
    const { metrics, put } = openMetrics();
    const [a, b] = [
      { Name: 'A', Value: '1' },
      { Name: 'B', Value: '2' },
    ];
    put(1, 0, metricOf('Shop', 'Sold', [a, b]));
    put(2, 0, metricOf('Shop', 'Sold', [b, a]));
    put(4, 0, metricOf('Shop', 'Sold', [a]));
    const [bin] = metrics.read(metricOf('Shop', 'Sold', [b, a]), undefined, noon, noon + 1);
    expect(bin?.distribution.sum).toBe(3);
    expect(metrics.metrics()).toHaveLength(2);
  });

  test('keep units apart', () => {
    const { metrics, put } = openMetrics();
    put(1, 0, requests, 'Seconds');
    put(1_000, 0, requests, 'Milliseconds');
    expect(metrics.read(requests, 'Seconds', noon, noon + 1)).toHaveLength(1);
    expect(
      metrics
        .read(requests, undefined, noon, noon + 1)
        .map(({ unit }) => unit)
        .toSorted(),
    ).toEqual(['Milliseconds', 'Seconds']);
  });

  test('go after three hours, and the metric with its last data', async () => {
    const { metrics, put, clock } = openMetrics();
    put(1, 0);
    put(2, 600);
    await clock.advanceTo(noon + 3 * 3_600_000 + 120_000);
    metrics.prune();
    expect(sums(metrics)).toEqual([[600, 2]]);
    put(9, 0);
    expect(sums(metrics)).toEqual([[600, 2]]);
    await clock.advanceTo(noon + 4 * 3_600_000);
    metrics.prune();
    expect(metrics.metrics()).toEqual([]);
    put(3, 4 * 3_600);
    expect(sums(metrics, 5 * 3_600)).toEqual([[4 * 3_600, 3]]);
  });
});
