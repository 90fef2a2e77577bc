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
  return Object.fromEntries(machinesToKeep({ ...request, fleet, policies, turnOver }));
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

  test('Y09: leaves alone a machine that should be no more, so that the circuit breaker opens and stays open', () => {
    expect(isKept(machineOf(END_SECONDS + 1))).toBe(false);
    expect(isKept(machineOf(END_SECONDS + 1000, { keptUntilSeconds: END_SECONDS + 999 }))).toBe(false);
    expect(isKept(machineOf(END_SECONDS + 1000, { keptUntilSeconds: END_SECONDS + 1000 }))).toBe(true);
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
