import { describe, expect, test } from '@jest/globals';
import { dueKill, minuteOfKill } from '#pipeline/chaos/chaos-calendar';
import { localTime } from '#pipeline/chaos/local-time';
import type { ChaosPolicy } from '#pipeline/environments/environment';
import { anyTime } from '#test/helpers/chaos-world';

const owner = { seed: 'kiln', environment: 'prod', app: 'hello' };
const MINUTE = 60_000;

/** Moments at which a kill is due, of a plan every so many minutes, with the id. */
const ticks = (policy: ChaosPolicy, from: string, until: string, every = 5): [string, string][] => {
  const due: [string, string][] = [];
  for (let at = Date.parse(from); at < Date.parse(until); at += every * MINUTE) {
    const killId = dueKill(owner, localTime(new Date(at), policy.timeZone), policy);
    if (killId !== undefined) due.push([new Date(at).toISOString(), killId]);
  }
  return due;
};

const firsts = (due: readonly [string, string][]): [string, string][] => [
  ...new Map(due.toReversed().map(([at, killId]) => [killId, at])).entries(),
];

const office = (more: Partial<ChaosPolicy> = {}): ChaosPolicy =>
  anyTime({
    hours: { from: 9, until: 15 },
    weekdays: ['MON', 'TUE', 'WED', 'THU', 'FRI'],
    timeZone: 'Europe/Berlin',
    ...more,
  });

describe('the calendar', () => {
  test('with a mean of one day has a kill on every day (AWS-FACTS 4.8)', () => {
    const due = firsts(ticks(office(), '2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z'));
    // The first two months of 2026 have 42 workdays.
    expect(due).toHaveLength(42);
  });

  test('C08: acts in its hours and on its weekdays, as the clocks on the walls of the time zone show them', () => {
    for (const timeZone of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland']) {
      const policy = office({ timeZone });
      const due = ticks(policy, '2026-03-01T00:00:00Z', '2026-05-01T00:00:00Z', 15);
      expect(due.length).toBeGreaterThan(80);
      for (const [at] of due) {
        const { minute, weekday } = localTime(new Date(at), timeZone);
        expect(minute).toBeGreaterThanOrEqual(9 * 60);
        expect(minute).toBeLessThan(15 * 60);
        expect(['SAT', 'SUN']).not.toContain(weekday);
      }
    }
  });

  test('C08: a day on which clocks change has one kill, like every other day', () => {
    const policy = anyTime({ timeZone: 'Europe/Berlin', hours: { from: 0, until: 6 } });
    for (const day of ['2026-03-29', '2026-10-25', '2026-03-28']) {
      const due = ticks(policy, `${day}T00:00:00+01:00`, `${day}T23:59:00+01:00`, 1);
      expect(new Set(due.map(([, killId]) => killId))).toEqual(new Set([`prod/hello/${day}`]));
    }
  });

  test('C08: a minute that summer time leaves out is not waited for on the next day', () => {
    // From 02:00 to 03:00 on that day there is no time in Berlin.
    const policy = anyTime({ timeZone: 'Europe/Berlin', hours: { from: 2, until: 3 } });
    expect(ticks(policy, '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 1)).toEqual([]);
    expect(ticks(policy, '2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z', 1)).not.toEqual([]);
  });

  test('C08: an hour that comes twice has the same kill twice, which the record keeps from being done twice', () => {
    const policy = anyTime({ timeZone: 'Europe/Berlin', hours: { from: 2, until: 3 } });
    const due = ticks(policy, '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z', 1);
    expect(new Set(due.map(([, killId]) => killId)).size).toBe(1);
  });

  test('a kill whose minute comes is found by a plan every five minutes, however late in the window', () => {
    const policy = office();
    for (let day = 1; day <= 28; day += 1) {
      const date = `2026-02-${String(day).padStart(2, '0')}`;
      const minute = minuteOfKill(owner, date, policy) ?? 0;
      expect(minute).toBeLessThanOrEqual(15 * 60 - 10);
    }
  });

  test('Y03: a plan that was skipped finds the kill later, but not when it is an hour too late', () => {
    const policy = anyTime();
    const minute = minuteOfKill(owner, '2026-02-02', policy) ?? 0;
    const at = (later: number) =>
      dueKill(owner, { date: '2026-02-02', minute: minute + later, weekday: 'MON' }, policy);
    expect([at(-1), at(0), at(20), at(59), at(60)]).toEqual([
      undefined,
      'prod/hello/2026-02-02',
      'prod/hello/2026-02-02',
      'prod/hello/2026-02-02',
      undefined,
    ]);
  });

  test('the same seed gives the same calendar, another seed, app or environment another one', () => {
    const policy = office({ meanDays: 5 });
    const daysOf = (more: Partial<typeof owner>): string =>
      Array.from({ length: 365 }, (_, day) => {
        const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
        return String(minuteOfKill({ ...owner, ...more }, date, policy));
      }).join();
    expect(daysOf({})).toBe(daysOf({}));
    const others = [daysOf({ seed: 'b' }), daysOf({ app: 'b' }), daysOf({ environment: 'b' })];
    expect(new Set([daysOf({}), ...others]).size).toBe(4);
  });
});
