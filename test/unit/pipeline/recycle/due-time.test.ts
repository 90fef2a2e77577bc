import { describe, expect, test } from '@jest/globals';
import { dueTime, jitterSpanSeconds } from '#pipeline/recycle/due-time';

const DAY = 86_400;

describe('jitterSpanSeconds', () => {
  test('is a fifth of the maximum uptime, at most a day', () => {
    expect(jitterSpanSeconds(DAY, 60)).toBe(DAY / 5);
    expect(jitterSpanSeconds(30 * DAY, 60)).toBe(DAY);
  });

  test('is as long as a turn-over takes where that is longer, so that a fleet born together keeps up', () => {
    expect(jitterSpanSeconds(DAY, DAY / 2)).toBe(DAY / 2);
  });

  test('leaves machines a mean age that a turn-over fits in', () => {
    for (let turnOver = 0; turnOver <= DAY; turnOver += DAY / 50) {
      const span = jitterSpanSeconds(DAY, turnOver);
      expect(span).toBeGreaterThanOrEqual(0);
      expect(DAY - span / 2).toBeGreaterThanOrEqual(turnOver);
    }
  });
});

test('a machine is due between its maximum uptime less the span and its maximum uptime', () => {
  const rule = { maximumUptimeSeconds: 1000, spanSeconds: 200 };
  expect(dueTime(5000, 0, rule)).toBe(5000 + 1_000_000);
  expect(dueTime(5000, 0.5, rule)).toBe(5000 + 900_000);
  expect(dueTime(5000, 1 - 1e-9, rule)).toBe(5000 + 800_000);
});
