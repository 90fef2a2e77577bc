import { describe, expect, test } from '@jest/globals';
import type { FleetMachine } from '#pipeline/recycle/fleet';
import { machinesToKeep } from '#pipeline/recycle/machines-to-keep';
import type { KeepRequest } from '#pipeline/recycle/machines-to-keep';
import { planRecycling } from '#pipeline/recycle/plan-fleet';
import { aFleetGroup, aFleetMachine, aRecyclingPolicy, NOW } from '#test/helpers/fleet-fixtures';

const DAY_SECONDS = 86_400;
const GRACE_SECONDS = 1800;
/** When the timer of a machine ends it that nobody told anything. */
const END_SECONDS = DAY_SECONDS + GRACE_SECONDS;

const machineOf = (ageSeconds: number, more: Partial<FleetMachine> = {}, index = 0): FleetMachine =>
  aFleetMachine(index, { launchedAt: NOW - ageSeconds * 1000, ...more });

/** Ids by the uptime until which the machines are kept. */
const keep = (
  machines: readonly FleetMachine[],
  more: Partial<KeepRequest> = {},
): Record<string, readonly string[]> => {
  const { fleet = [aFleetGroup({ machines })], policies = [aRecyclingPolicy()] } = more;
  const { turnOver } = planRecycling(fleet, policies, NOW, 'kiln');
  const request = { now: NOW, seed: 'kiln', replaced: new Set<string>(), everyMinutes: 5, ...more };
  const told = machinesToKeep({ ...request, fleet, policies, turnOver });
  return Object.fromEntries(
    told.map(({ untilSeconds, inDoubt, instanceIds }) => [
      `${untilSeconds}${inDoubt ? ' in doubt' : ''}`,
      instanceIds,
    ]),
  );
};

const isKept = (machine: FleetMachine, more?: Partial<KeepRequest>): boolean =>
  Object.values(keep([machine], more)).flat().length === 1;

describe('machinesToKeep', () => {
  test('keeps a machine from 15 minutes before its timer on, half an hour longer, in steps of ten minutes', () => {
    expect(isKept(machineOf(END_SECONDS - 901))).toBe(false);
    expect(keep([machineOf(END_SECONDS - 900)])).toEqual({ 89_400: [machineOf(0).instanceId] });
  });

  test('keeps it again when 15 minutes are left, and not before', () => {
    const ageSeconds = 10 * DAY_SECONDS;
    expect(isKept(machineOf(ageSeconds, { keptUntilSeconds: ageSeconds + 901 }))).toBe(false);
    expect(isKept(machineOf(ageSeconds, { keptUntilSeconds: ageSeconds + 900 }))).toBe(true);
  });

  test('leaves alone what is replaced now', () => {
    const [first, second] = [machineOf(END_SECONDS), machineOf(END_SECONDS, {}, 1)];
    expect(Object.values(keep([first, second], { replaced: new Set([first.instanceId]) }))).toEqual([
      [second.instanceId],
    ]);
  });

  test.each<[string, Partial<FleetMachine>, boolean]>([
    ['protected', { protected: true }, true],
    ['on standby', { state: 'Standby' }, true],
    ['not healthy', { healthy: false }, true],
    ['ending', { state: 'Terminating:Wait' }, false],
  ])('Y11: a machine that is %s', (_what, more, kept) => {
    expect(isKept(machineOf(END_SECONDS, more))).toBe(kept);
  });

  test('leaves alone a machine whose age nobody knows', () => {
    const { launchedAt: _unknown, ...machine } = machineOf(END_SECONDS);
    expect(keep([machine])).toEqual({});
  });

  test('Y02: keeps those of a group that is passed over', () => {
    const fleet = [aFleetGroup({ machines: [machineOf(END_SECONDS)], skip: 'blocked' })];
    expect(Object.values(keep([], { fleet }))).toHaveLength(1);
  });

  test.each([
    ['an alarm', { hold: "alarm 'pager' is on" }],
    ['a maximum uptime that cannot be met', { maximumUptimeSeconds: 20, graceSeconds: END_SECONDS - 20 }],
  ])('keeps those of an environment that is held by %s', (_what, more) => {
    const machines = [machineOf(END_SECONDS), machineOf(END_SECONDS, {}, 1)];
    expect(Object.values(keep(machines, { policies: [aRecyclingPolicy(more)] })).flat()).toHaveLength(2);
  });

  test('Y09: leaves alone a machine that should be no more and is replaced soon', () => {
    expect(isKept(machineOf(END_SECONDS + 1))).toBe(false);
    expect(isKept(machineOf(END_SECONDS + 1000, { keptUntilSeconds: END_SECONDS + 999 }))).toBe(false);
    expect(isKept(machineOf(END_SECONDS + 1000, { keptUntilSeconds: END_SECONDS + 1000 }))).toBe(true);
  });

  describe('Y09: where the circuit breaker is open', () => {
    const overdue = [0, 1].map((index) => machineOf(END_SECONDS + 60, {}, index));
    const ids = overdue.map(({ instanceId }) => instanceId);

    test('keeps what should be no more, for as long as others, and says that it is in doubt', () => {
      expect(keep(overdue)).toEqual({ '90600 in doubt': ids });
    });

    test.each([
      ['an alarm holds the environment too', { hold: "alarm 'pager' is on" }],
      [
        'its maximum uptime cannot be met besides',
        { maximumUptimeSeconds: 20, graceSeconds: END_SECONDS - 20 },
      ],
    ])('keeps it though %s', (_what, more) => {
      expect(keep(overdue, { policies: [aRecyclingPolicy(more)] })).toEqual({ '90600 in doubt': ids });
    });

    test('keeps the others of the environment as ever', () => {
      const due = machineOf(END_SECONDS - 60, {}, 2);
      const told = keep([...overdue, due]);
      expect(told).toEqual({ '90600 in doubt': ids, 90_000: [due.instanceId] });
    });

    test('is not closed by what it made machines be told, and goes on telling them', () => {
      const told = overdue.map((machine) => ({
        ...machine,
        keptUntilSeconds: END_SECONDS + 200,
        keptInDoubt: true as const,
      }));
      expect(keep(told)).toEqual({ '90600 in doubt': ids });
      const { held } = planRecycling([aFleetGroup({ machines: told })], [aRecyclingPolicy()], NOW, 'kiln');
      expect(held).toMatchObject([{ reason: expect.stringContaining('2 of 2 machines are past') }]);
    });

    test('a machine that was told in doubt is told until it is replaced, though the circuit breaker has closed', () => {
      const young = [2, 3, 4].map((index) => machineOf(60, {}, index));
      const kept = machineOf(END_SECONDS + 60, { keptUntilSeconds: END_SECONDS + 200, keptInDoubt: true });
      expect(keep([kept, ...young])).toEqual({ '90600 in doubt': [kept.instanceId] });
    });

    test('another environment is not believed less for it', () => {
      const fleet = [
        aFleetGroup({ machines: overdue }),
        aFleetGroup({
          environment: 'dev',
          groupName: 'dev-shop',
          machines: [machineOf(END_SECONDS + 60, {}, 2), machineOf(60, {}, 3), machineOf(60, {}, 4)],
        }),
      ];
      const policies = [aRecyclingPolicy(), aRecyclingPolicy({ environment: 'dev' })];
      expect(keep([], { fleet, policies })).toEqual({ '90600 in doubt': ids });
    });
  });

  describe('launched when the maximum uptime was another one', () => {
    const SHORTER_END_SECONDS = 5400;
    const { maximumUptimeSeconds: _none, ...unlimited } = aRecyclingPolicy();

    test.each([
      ['raised', aRecyclingPolicy()],
      ['taken away', unlimited],
    ])('keeps what is not due, where it was %s since', (_what, policy) => {
      const keptAt = (ageSeconds: number): Record<string, readonly string[]> => {
        const machines = [machineOf(ageSeconds)];
        const fleet = [aFleetGroup({ machines, deadManSeconds: SHORTER_END_SECONDS })];
        return keep([], { fleet, policies: [policy] });
      };
      expect(keptAt(SHORTER_END_SECONDS - 901)).toEqual({});
      expect(keptAt(SHORTER_END_SECONDS - 900)).toEqual({ 6600: [machineOf(0).instanceId] });
      // Its jitter alone lets it live.
      expect(keptAt(SHORTER_END_SECONDS + 60)).toEqual({ 7800: [machineOf(0).instanceId] });
    });

    test('leaves what is due before its timer to the plans until then', () => {
      const told = (keptUntilSeconds: number): number => {
        const machines = [machineOf(DAY_SECONDS * 0.75, { keptUntilSeconds })];
        const fleet = [aFleetGroup({ machines, deadManSeconds: SHORTER_END_SECONDS })];
        return Object.keys(keep([], { fleet, everyMinutes: 120 })).length;
      };
      expect(told(DAY_SECONDS)).toBe(0);
      expect(told(DAY_SECONDS * 0.78)).toBe(1);
    });

    test('where it was lowered since, leaves alone what its timer lets live', () => {
      const machines = [machineOf(7200), machineOf(7200, {}, 1)];
      const policies = [aRecyclingPolicy({ maximumUptimeSeconds: 3600 })];
      const skip = 'blocked';
      expect(keep([], { fleet: [aFleetGroup({ machines, skip })], policies })).not.toEqual({});
      expect(
        keep([], { fleet: [aFleetGroup({ machines, skip, deadManSeconds: END_SECONDS })], policies }),
      ).toEqual({});
    });
  });

  test('leaves alone what is not due, however short the grace, and environments whose machines may grow old', () => {
    const young = machineOf(60);
    expect(
      isKept(young, { policies: [aRecyclingPolicy({ maximumUptimeSeconds: 600, graceSeconds: 0 })] }),
    ).toBe(false);
    const { maximumUptimeSeconds: _none, ...policy } = aRecyclingPolicy();
    expect(isKept(machineOf(END_SECONDS), { policies: [policy] })).toBe(false);
    expect(isKept(machineOf(END_SECONDS), { policies: [] })).toBe(false);
  });

  test('a plan that is made less often keeps longer', () => {
    expect(isKept(machineOf(END_SECONDS - 2700), { everyMinutes: 15 })).toBe(true);
    expect(keep([machineOf(END_SECONDS)], { everyMinutes: 15 })).toEqual({
      93_600: [machineOf(0).instanceId],
    });
  });

  test('2.5: a thousand machines of an hour have seven values at most', () => {
    const machines = Array.from({ length: 1000 }, (_, index) => {
      const ageSeconds = END_SECONDS + ((index * 37) % 3600);
      return machineOf(ageSeconds, { keptUntilSeconds: ageSeconds + 300 }, index);
    });
    const kept = keep(machines);
    expect(Object.values(kept).flat()).toHaveLength(1000);
    expect(Object.keys(kept).length).toBeLessThanOrEqual(7);
  });

  test('who is told at every plan, two of three of which fail, goes on; without plans it ends in 40 minutes', () => {
    let keptUntilSeconds = END_SECONDS;
    for (let ageSeconds = DAY_SECONDS; ageSeconds < 3 * DAY_SECONDS; ageSeconds += 300) {
      expect(keptUntilSeconds).toBeGreaterThan(ageSeconds);
      if ((ageSeconds / 300) % 3 !== 0) continue;
      const [until] = Object.keys(keep([machineOf(ageSeconds, { keptUntilSeconds })]));
      if (until !== undefined) keptUntilSeconds = Number(until);
      if (ageSeconds >= END_SECONDS) expect(keptUntilSeconds - ageSeconds).toBeLessThanOrEqual(2400);
    }
  });
});
