import { describe, expect, test } from '@jest/globals';
import { openBreaker } from '#pipeline/recycle/circuit-breaker';
import type { BreakerInput } from '#pipeline/recycle/circuit-breaker';
import { aFleetMachine, HOUR, NOW } from '#test/helpers/fleet-fixtures';

const aged = (hours: readonly number[]): BreakerInput => ({
  machines: hours.map((age, index) => aFleetMachine(index, { launchedAt: NOW - age * HOUR })),
  now: NOW,
  latestUptimeSeconds: 25 * 3600,
  overduePercent: 50,
});

describe('Y09: openBreaker', () => {
  test('holds when more than the percentage is past maximum uptime and grace', () => {
    expect(openBreaker(aged([1, 2, 26, 26]))).toBeUndefined();
    expect(openBreaker(aged([1, 26, 26, 26]))).toBe(
      '3 of 4 machines are past their maximum uptime and grace and 0 were launched in the future, more than 50 %: rather a wrong clock than old machines',
    );
  });

  test('counts machines from the future with them', () => {
    expect(openBreaker(aged([1, 26, -1, -1]))).toContain('1 of 4 machines');
    expect(openBreaker(aged([1, 26, -1, -1]))).toContain('2 were launched in the future');
  });

  test('five minutes of skew are no future', () => {
    expect(openBreaker(aged([-5 / 60, -5 / 60, -4 / 60]))).toBeUndefined();
    expect(openBreaker(aged([-5.1 / 60, -5.1 / 60, -5.1 / 60]))).toBeDefined();
  });

  test('one machine is never a sign, not even the only one', () => {
    expect(openBreaker(aged([100]))).toBeUndefined();
    expect(openBreaker(aged([100, 100]))).toBeDefined();
  });

  test('exactly at the end of its grace a machine is not overdue', () => {
    expect(openBreaker(aged([25, 25, 25]))).toBeUndefined();
  });

  test('a machine that was told to go on is not overdue before that ends', () => {
    const { machines, ...rest } = aged([30, 30, 30]);
    const told = (hours: number) =>
      [...machines].map((machine) => ({ ...machine, keptUntilSeconds: hours * 3600 }));
    expect(openBreaker({ ...rest, machines: told(30) })).toBeUndefined();
    expect(openBreaker({ ...rest, machines: told(29.9) })).toBeDefined();
  });

  test('a machine of unknown age is no sign but counts as a machine', () => {
    const { launchedAt: _, ...unknown } = aFleetMachine(9);
    const { machines, ...rest } = aged([26, 26]);
    expect(openBreaker({ ...rest, machines: [...machines, unknown, unknown] })).toBeUndefined();
  });

  test('where age is no reason only the future is a sign', () => {
    const { latestUptimeSeconds: _, ...ageless } = aged([1000, 1000, 1000]);
    expect(openBreaker(ageless)).toBeUndefined();
    const { latestUptimeSeconds: __, ...early } = aged([-9, -9, 1]);
    expect(openBreaker(early)).toBeDefined();
  });
});
