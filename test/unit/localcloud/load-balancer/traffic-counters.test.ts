import { describe, expect, test } from '@jest/globals';
import { createTrafficCounters } from '#localcloud/load-balancer/traffic-counters';

describe('counters', () => {
  test('hand over only what was counted since the last time, and keep the totals', () => {
    const counters = createTrafficCounters();
    expect(counters.take()).toBeUndefined();
    counters.request();
    counters.request();
    counters.targetAnswer(200, 10);
    counters.balancerAnswer(502);
    expect(counters.take()).toMatchObject({
      requests: 2,
      targetCodes: { '2XX': 1 },
      balancerCodes: { 502: 1 },
      connectionErrors: 0,
    });
    expect(counters.take()).toBeUndefined();
    counters.targetAnswer(500, 20);
    expect(counters.take()).toMatchObject({ requests: 0, targetCodes: { '5XX': 1 }, balancerCodes: {} });
    expect(counters.read()).toMatchObject({ requests: 2, targetCodes: { '2XX': 1, '5XX': 1 } });
  });

  test('hand over response times in seconds with their exact sum', () => {
    const counters = createTrafficCounters();
    const milliseconds = Array.from({ length: 500 }, (_, index) => 1 + index * 0.37);
    for (const time of milliseconds) counters.targetAnswer(200, time);
    const { values = [], counts = [] } = counters.take()?.responseTimes ?? {};
    const sum = values.reduce((total, value, index) => total + value * (counts[index] ?? 0), 0);
    expect(sum * 1_000).toBeCloseTo(milliseconds.reduce((total, time) => total + time, 0));
    expect(counts.reduce((total, count) => total + count, 0)).toBe(500);
    expect(values.length).toBeLessThan(300);
    expect(values).toEqual(values.toSorted((left, right) => left - right));
  });

  test('take any response time, also none and an hour', () => {
    const counters = createTrafficCounters();
    for (const time of [0, 0.0001, 3_600_000, 1e12]) counters.targetAnswer(200, time);
    expect(counters.take()?.responseTimes.counts).toEqual([2, 1, 1]);
  });
});
