import { describe, expect, test } from '@jest/globals';
import { allowedDisruption } from '#pipeline/disruption/budget';
import type { FleetGroup, RecyclingPlan, RecyclingPolicy } from '#pipeline/recycle/fleet';
import { planRecycling } from '#pipeline/recycle/plan-fleet';
import { aFleet, HOUR, NOW, policiesFor } from '#test/helpers/fleet-fixtures';
import { createRandomSource } from '#test/parity/protocols/random-value';

const SEEDS = 200;

/** Every rule that a plan breaks, for people. */
const broken = (
  fleet: readonly FleetGroup[],
  policies: readonly RecyclingPolicy[],
  plan: RecyclingPlan,
  launchBudget: number,
): readonly string[] => {
  const problems: string[] = [];
  const groups = new Map(fleet.map((group) => [group.groupName, group]));
  const seen = new Set<string>();
  const perEnvironment = new Map<string, number>();
  for (const { groupName, retire, environment } of plan.replacements) {
    const group = groups.get(groupName);
    if (group === undefined) return [`there is no group ${groupName}`];
    const machines = new Map(group.machines.map((machine) => [machine.instanceId, machine]));
    if (retire.length > Math.max(1, Math.floor(machines.size / 10)) || retire.length > 100)
      problems.push(`${groupName}: ${retire.length} of ${machines.size} at once`);
    if (retire.length === 0) problems.push(`${groupName}: an empty batch`);
    if (group.desired + retire.length > group.max) problems.push(`${groupName}: no room`);
    for (const { instanceId, zone } of retire) {
      const machine = machines.get(instanceId);
      if (seen.has(instanceId)) problems.push(`${instanceId} twice`);
      seen.add(instanceId);
      if (machine?.zone !== zone) problems.push(`${instanceId} is in ${machine?.zone}, not ${zone}`);
      if (machine?.state !== 'InService' || machine.protected || !machine.healthy)
        problems.push(`${instanceId} may not be replaced`);
    }
    perEnvironment.set(environment, (perEnvironment.get(environment) ?? 0) + retire.length);
  }
  for (const { environment, disruption, disrupted } of policies) {
    const total = fleet
      .filter((group) => group.environment === environment)
      .reduce((sum, { machines }) => sum + machines.length, 0);
    const planned = perEnvironment.get(environment) ?? 0;
    if (planned > 0 && planned + disrupted > allowedDisruption(disruption, total))
      problems.push(`${environment}: ${planned} planned and ${disrupted} out already, of ${total}`);
  }
  if (seen.size > launchBudget) problems.push(`${seen.size} launches`);
  if (new Set(plan.replacements.map(({ groupName }) => groupName)).size !== plan.replacements.length)
    problems.push('two batches in one group');
  return problems;
};

// A fleet with all kinds of machines and groups in it, and policies to match.
const anyFleet = (
  seed: number,
): { readonly fleet: readonly FleetGroup[]; readonly policies: readonly RecyclingPolicy[] } => {
  const random = createRandomSource(seed);
  const groups = 3 + Math.floor(random() * 40);
  const base = aFleet({
    machines: groups * (2 + Math.floor(random() * 30)),
    groups,
    environments: 1 + Math.floor(random() * 3),
    seed,
  });
  const odd = random() * 0.02;
  const fleet = base.map((group) => ({
    ...group,
    max: group.desired + Math.floor(random() * 5),
    machines: group.machines.map((machine) => ({
      ...machine,
      protected: random() < odd,
      healthy: random() >= odd,
      state: random() < odd ? 'Standby' : 'InService',
    })),
  }));
  const policies = policiesFor(fleet).map((policy) => ({
    ...policy,
    disrupted: Math.floor(random() * 4),
    disruption: {
      machines: 1 + Math.floor(random() * 4),
      percent: Math.floor(random() * 50),
      alarms: [],
      overduePercent: 50,
    },
  }));
  return { fleet, policies };
};

describe('I12: whatever the fleet', () => {
  test(`no plan breaks a rule (seeds 1 to ${SEEDS})`, () => {
    let planned = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { fleet, policies } = anyFleet(seed);
      const launchBudget = 1 + (seed % 50);
      for (const all of [false, true]) {
        const plan = planRecycling(fleet, policies, NOW, `seed-${seed}`, { launchBudget, all });
        expect({ seed, all, broken: broken(fleet, policies, plan, launchBudget) }).toEqual({
          seed,
          all,
          broken: [],
        });
        planned += plan.replacements.length;
      }
    }
    expect(planned).toBeGreaterThan(4 * SEEDS);
  });

  test('the same fleet, time and seed give the same plan, in whatever order the fleet is listed', () => {
    let planned = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const { fleet, policies } = anyFleet(seed);
      const plan = planRecycling(fleet, policies, NOW, 'kiln');
      const mirrored = fleet
        .toReversed()
        .map((group) => ({ ...group, machines: group.machines.toReversed() }));
      expect(planRecycling(mirrored, policies, NOW, 'kiln')).toEqual(plan);
      expect(planRecycling(fleet, policies, NOW, 'other').nextDueAt).not.toBe(plan.nextDueAt);
      planned += plan.replacements.length;
    }
    expect(planned).toBeGreaterThan(20);
  });

  test('a plan does not change what it is given', () => {
    const { fleet, policies } = anyFleet(8);
    const before = structuredClone({ fleet, policies });
    planRecycling(fleet, policies, NOW, 'kiln');
    expect({ fleet, policies }).toEqual(before);
  });

  test('Y03: after three plans that never came, the next one asks for no more than any', () => {
    const fleet = aFleet({ machines: 5000, groups: 50, environments: 3, seed: 3 });
    const policies = policiesFor(fleet);
    const later = planRecycling(fleet, policies, NOW + HOUR / 3, 'kiln', { launchBudget: 200 });
    expect(broken(fleet, policies, later, 200)).toEqual([]);
    expect(later.replacements.length).toBeGreaterThan(0);
  });

  test('Y13: 100,000 machines in 500 groups and 30 environments', () => {
    const fleet = aFleet({ machines: 100_000, groups: 500, environments: 30, seed: 13 });
    const policies = policiesFor(fleet);
    const plan = planRecycling(fleet, policies, NOW, 'kiln');
    expect(broken(fleet, policies, plan, 600)).toEqual([]);
    expect(plan.replacements.flatMap(({ retire }) => retire)).toHaveLength(600);
    expect(plan.turnOver).toHaveLength(30);
  });
});
