import { describe, expect, test } from '@jest/globals';
import { killIdOf, minuteOfKill } from '#pipeline/chaos/chaos-calendar';
import { chooseVictim } from '#pipeline/chaos/choose-victim';
import type { InstanceInZone } from '#pipeline/model';
import { anyTime } from '#test/helpers/chaos-world';

const DAYS = 100_000;
const owner = { seed: 'statistics', environment: 'prod', app: 'hello' };
const members = Array.from({ length: 8 }, (_, n): InstanceInZone => ({
  instanceId: `i-${n}`,
  zone: `z${n % 3}`,
}));

const dates = Array.from({ length: DAYS }, (_, day) =>
  new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
);

/** Sum of the squared deviations from an even spread, over what is expected. */
const chiSquare = (counts: readonly number[]): number => {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

/** Mean and three standard deviations of χ² with that many degrees of freedom: a chance of about one in 500. */
const limit = (freedom: number): number => freedom + 3 * Math.sqrt(2 * freedom);

describe('C05: over 100,000 days', () => {
  test.each([2, 5, 30])(
    'kills come every %s days on average, within three standard deviations',
    (meanDays) => {
      const policy = anyTime({ meanDays });
      const kills = dates.filter((date) => minuteOfKill(owner, date, policy) !== undefined).length;
      const p = 1 / meanDays;
      expect(Math.abs(kills - DAYS * p)).toBeLessThan(3 * Math.sqrt(DAYS * p * (1 - p)));
    },
  );

  test('kills do not come in rows: how many days lie between them is geometric', () => {
    const policy = anyTime({ meanDays: 5 });
    const days = dates.flatMap((date, day) => (minuteOfKill(owner, date, policy) === undefined ? [] : [day]));
    const gaps = days.slice(1).map((day, n) => day - (days[n] ?? 0));
    const nextDay = gaps.filter((gap) => gap === 1).length / gaps.length;
    expect(Math.abs(nextDay - 1 / 5)).toBeLessThan(3 * Math.sqrt((0.2 * 0.8) / gaps.length));
  });

  test('every member has the same chance (χ²)', () => {
    const counts = members.map(() => 0);
    for (const date of dates) {
      const victim = chooseVictim(owner.seed, killIdOf(owner, date), members);
      const index = members.findIndex(({ instanceId }) => instanceId === victim?.instanceId);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(DAYS);
    expect(chiSquare(counts)).toBeLessThan(limit(members.length - 1));
  });

  test('every hour of the window has the same chance (χ²)', () => {
    const policy = anyTime({ hours: { from: 9, until: 15 } });
    // Of 350 minutes, those of which the window's last ten are left out.
    const counts = Array.from({ length: 7 }, () => 0);
    for (const date of dates) {
      const slot = Math.floor(((minuteOfKill(owner, date, policy) ?? 0) - 9 * 60) / 50);
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
    expect(chiSquare(counts)).toBeLessThan(limit(counts.length - 1));
  });
});
