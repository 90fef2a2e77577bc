import { describe, expect, test } from '@jest/globals';
import type { FleetGroup, RecyclingPolicy } from '#pipeline/recycle/fleet';
import { forecastRecycling } from '#pipeline/recycle/forecast';
import type { RecyclingForecast } from '#pipeline/recycle/forecast';
import { aFleetGroup, aFleetMachine, aRecyclingPolicy, HOUR, NOW } from '#test/helpers/fleet-fixtures';

const look = (
  fleet: readonly FleetGroup[],
  policies: readonly RecyclingPolicy[],
  hours: number,
  seed = 'kiln',
): RecyclingForecast => forecastRecycling(fleet, policies, { from: NOW, hours, everyMinutes: 5, seed });
const machinesOf = ({
  replacements,
}: RecyclingForecast): RecyclingForecast['replacements'][number]['retire'] =>
  replacements.flatMap(({ retire }) => retire);

describe('forecastRecycling', () => {
  const group = aFleetGroup();

  test('every machine is replaced once a day, each before it is too old', () => {
    const forecast = look([group], [aRecyclingPolicy()], 24);
    expect(
      machinesOf(forecast)
        .map(({ instanceId }) => instanceId)
        .toSorted(),
    ).toEqual(group.machines.map(({ instanceId }) => instanceId));
    for (const { ageSeconds } of machinesOf(forecast)) {
      expect(ageSeconds).toBeLessThanOrEqual(86_400 + 1800);
      expect(ageSeconds).toBeGreaterThanOrEqual(86_400 * 0.8);
    }
    expect(forecast.skipped).toEqual([]);
  });

  test('replacements are replaced in their turn, under ids that nobody takes for real ones', () => {
    const second = machinesOf(look([group], [aRecyclingPolicy()], 48)).slice(4);
    expect(second.length).toBeGreaterThanOrEqual(4);
    for (const { instanceId } of second) expect(instanceId).toMatch(/^i-forecast-[\da-f]{16}$/);
  });

  test('plans are made on the schedule, batches take boot, drain and ten seconds', () => {
    const { replacements } = look([group], [aRecyclingPolicy()], 24);
    expect(replacements).toHaveLength(4);
    for (const { at, until } of replacements) {
      expect(Date.parse(until) - Date.parse(at)).toBe(70_000);
      expect((Date.parse(at) - NOW) % 300_000).toBe(0);
    }
  });

  test('a group goes on without waiting for the next plan while machines of it are due', () => {
    const old = group.machines.map((machine) => ({ ...machine, launchedAt: NOW - 24.2 * HOUR }));
    for (const hours of [1 / 12, 1]) {
      const { replacements } = look([{ ...group, machines: old }], [aRecyclingPolicy()], hours);
      expect(replacements.map(({ at }) => (Date.parse(at) - NOW) / 1000)).toEqual([0, 70, 140, 210]);
    }
  });

  test('a group that waits for the budget has its turn with the next plan, and is skipped no more', () => {
    const fleet = [0, 1].map((at) =>
      aFleetGroup({
        groupName: `group-${at}`,
        machines: [24.2, 1].map((age, index) =>
          aFleetMachine(at * 2 + index, { launchedAt: NOW - age * HOUR }),
        ),
      }),
    );
    const { replacements, skipped } = look(fleet, [aRecyclingPolicy()], 1);
    expect(replacements.map(({ at }) => (Date.parse(at) - NOW) / 1000)).toEqual([0, 300]);
    expect(skipped).toEqual([]);
    expect(look(fleet, [aRecyclingPolicy()], 1 / 12).skipped).toHaveLength(1);
  });

  test('the same seed foresees the same, another seed something else', () => {
    const policies = [aRecyclingPolicy()];
    expect(look([group], policies, 72)).toEqual(look([group], policies, 72));
    expect(look([group], policies, 72, 'other').replacements).not.toEqual(
      look([group], policies, 72).replacements,
    );
  });

  test('what is skipped or held is said and does not go on', () => {
    const full = aFleetGroup({ groupName: 'full', max: 4 });
    const forecast = look([full], [aRecyclingPolicy()], 30);
    expect(forecast.replacements).toEqual([]);
    expect(forecast.skipped).toMatchObject([
      { groupName: 'full', reason: expect.stringContaining('no room') },
    ]);
    const [first = aFleetMachine(0)] = group.machines;
    const kept = aFleetGroup({ machines: [{ ...first, protected: true }, ...group.machines.slice(1)] });
    expect(look([kept], [aRecyclingPolicy()], 1).passedOver).toEqual([]);
    expect(look([kept], [aRecyclingPolicy()], 30).passedOver).toMatchObject([
      { machines: [{ instanceId: first.instanceId, reason: 'is protected from scale-in' }] },
    ]);
    const held = look([group], [aRecyclingPolicy({ hold: 'outage' })], 30);
    expect(held.replacements).toEqual([]);
    expect(held.held).toEqual([{ environment: 'prod', reason: 'outage' }]);
  });
});

describe('Y01: 10,000 machines launched in the same minute', () => {
  const fleet = Array.from({ length: 20 }, (_, at) =>
    aFleetGroup({
      app: `app-${at}`,
      groupName: `group-${at}`,
      machines: Array.from({ length: 500 }, (_, index) =>
        aFleetMachine(at * 500 + index, { launchedAt: NOW - (index % 60) * 1000 }),
      ),
    }),
  );
  const { replacements } = look(fleet, [aRecyclingPolicy()], 25);

  test('I12: each is replaced once, before its maximum uptime and grace', () => {
    const machines = replacements.flatMap(({ retire, until, at }) =>
      retire.map((machine) => ({
        ...machine,
        endAge: machine.ageSeconds + (Date.parse(until) - Date.parse(at)) / 1000,
      })),
    );
    expect(new Set(machines.map(({ instanceId }) => instanceId)).size).toBe(10_000);
    expect(machines).toHaveLength(10_000);
    expect(Math.max(...machines.map(({ endAge }) => endAge))).toBeLessThanOrEqual(86_400 + 1800);
  });

  test('they are spread over the last fifth of their lives, no five minutes with more than the launch rate', () => {
    const perPlan = new Map<number, number>();
    for (const { at, retire } of replacements) {
      const plan = Math.floor((Date.parse(at) - NOW) / 300_000);
      perPlan.set(plan, (perPlan.get(plan) ?? 0) + retire.length);
    }
    expect(Math.max(...perPlan.values())).toBeLessThanOrEqual(600);
    // Evenly it would be 174 in each of 58 plans.
    expect(Math.max(...perPlan.values())).toBeLessThanOrEqual(2 * 174);
    expect(perPlan.size).toBeGreaterThanOrEqual(50);
  });

  test('I12: never more than a tenth of a group, nor of the environment, at once', () => {
    const edges = replacements.flatMap(({ at, until, groupName, retire }) => [
      { at: Date.parse(at), change: retire.length, groupName },
      { at: Date.parse(until), change: -retire.length, groupName },
    ]);
    const out = new Map<string, number>();
    let together = 0;
    let mostOfGroup = 0;
    let mostTogether = 0;
    // What ends at a moment makes room for what begins at it.
    for (const { change, groupName } of edges.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
      together += change;
      out.set(groupName, (out.get(groupName) ?? 0) + change);
      mostOfGroup = Math.max(mostOfGroup, out.get(groupName) ?? 0);
      mostTogether = Math.max(mostTogether, together);
    }
    expect(mostOfGroup).toBeLessThanOrEqual(50);
    expect(mostTogether).toBeLessThanOrEqual(1000);
  });
});

test('a fleet whose turn-over takes half of its maximum uptime keeps up although it was born together', () => {
  const group = aFleetGroup({
    machines: Array.from({ length: 9 }, (_, index) => aFleetMachine(index, { launchedAt: NOW })),
  });
  // 9 machines one by one, 70 s each: 630 s.
  const policy = aRecyclingPolicy({ maximumUptimeSeconds: 1260, graceSeconds: 600 });
  const forecast = look([group], [policy], 6);
  expect(forecast.turnOver).toMatchObject([{ seconds: 630, possible: true }]);
  expect(machinesOf(forecast).length).toBeGreaterThan(9 * 17);
  const oldest = Math.max(...machinesOf(forecast).map(({ ageSeconds }) => ageSeconds + 70));
  // A plan comes every five minutes, and a batch that is under way is not joined.
  expect(oldest).toBeLessThanOrEqual(1260 + 300 + 2 * 70);
});
