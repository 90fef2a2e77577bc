import { beforeEach, describe, expect, test } from '@jest/globals';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import { retireInstances } from '#pipeline/recycle/retire-instances';
import { waitForReplacements } from '#pipeline/recycle/wait-for-replacements';
import { anOrder, recyclingWorld } from '#test/helpers/recycling-world';
import { again, runReplacement } from '#test/helpers/run-replacement';

let world: ReturnType<typeof recyclingWorld>;

const HOUR = 60 * 60_000;
const MACHINES = 100;
const BATCH = 10;

/** A group of so many machines that are all due, taking turns between the zones. */
const startGroup = async (machines: number, zones: string): Promise<void> => {
  world = recyclingWorld(Array.from({ length: machines }, (_, index) => zones[index % zones.length] ?? 'a'));
  world.group.max = machines + BATCH;
  const disruption = { machines: BATCH, percent: 10, alarms: [], overduePercent: 50 };
  world.configure({ maximumUptimeMinutes: 60, disruption });
  await world.clock.delay(2 * HOUR);
  const launchedAt = Date.parse('2026-01-01');
  for (const machine of world.machines.values()) Object.assign(machine, { launchedAt });
};

const callsOf = (name: string): number => world.calls.filter((call) => call === name).length;

const spreadOf = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

const countsIn = (zones: string): readonly number[] =>
  Array.from(zones, (zone) => [...world.machines.values()].filter((machine) => machine.zone === zone).length);

describe('the calls of a batch of ten', () => {
  test.each([
    ['ab', 9],
    ['abc', 10],
  ])(
    'in zones %s: %i, with a look at what the launch did to the capacity; then one less',
    async (zones, calls) => {
      await startGroup(MACHINES, zones);
      const ids = [...world.machines.keys()].slice(0, BATCH);
      const seenAt = world.clock.now().toISOString();
      const order = anOrder(ids, world, { capacity: MACHINES, seenAt });
      const launched = await launchReplacements(order, world.deps);
      const { batch } = await waitForReplacements(launched, world.deps);
      const { next } = await retireInstances({ batch }, world.deps);
      expect(world.calls).toHaveLength(calls);
      if (next === null) throw new Error('nothing more is due');
      world.calls.length = 0;
      const second = await launchReplacements(next, world.deps);
      const waited = await waitForReplacements(second, world.deps);
      await retireInstances(waited, world.deps);
      expect(world.calls).toEqual([
        ...Array.from(zones, () => 'LaunchInstances'),
        'DescribeTargetHealth',
        'DescribeAutoScalingGroups',
        'DescribeInstances',
        'CreateTags',
        'TerminateInstanceInAutoScalingGroup',
        'DescribeAutoScalingGroups',
      ]);
    },
  );

  test.each(['ab', 'abc'])(
    '2.5: a hundred machines in zones %s are replaced in ten batches with less than a call each, and every rule kept',
    async (zones) => {
      await startGroup(MACHINES, zones);
      const before = countsIn(zones);
      const [healthy, spreads, sizes]: number[][] = [[], [], []];
      world.afterCall = (name) => {
        healthy?.push(world.healthy().length);
        if (name !== 'DescribeTargetHealth') return;
        // All of the batch is launched, and nothing of it has ended.
        spreads?.push(spreadOf(countsIn(zones)));
        sizes?.push(world.machines.size);
      };
      const ids = [...world.machines.keys()].slice(0, BATCH);
      const order = anOrder(ids, world, { total: MACHINES });
      expect(await runReplacement(order, world.deps)).toBeUndefined();
      expect(callsOf('TerminateInstanceInAutoScalingGroup')).toBe(MACHINES / BATCH);
      expect(world.calls.length).toBeLessThan(MACHINES);
      expect(Math.min(...(healthy ?? []))).toBeGreaterThanOrEqual(MACHINES);
      expect(Math.max(...(sizes ?? []))).toBe(MACHINES + BATCH);
      expect(Math.max(...(spreads ?? []))).toBeLessThanOrEqual(spreadOf(before) + 1);
      expect(countsIn(zones)).toEqual(before);
      expect([...world.machines.keys()].filter((id) => Number(id.slice(2)) <= MACHINES)).toEqual([]);
      expect(world.group.desired).toBe(MACHINES);
    },
  );

  test('a single machine takes ten', async () => {
    await startGroup(1, 'a');
    await runReplacement(anOrder(['i-1'], world), world.deps);
    expect(world.calls.length).toBeLessThanOrEqual(10);
  });
});

describe('what is not asked again', () => {
  beforeEach(() => startGroup(MACHINES, 'ab'));

  const first = async () => {
    const ids = [...world.machines.keys()].slice(0, BATCH);
    const launched = await launchReplacements(anOrder(ids, world), world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    const { next } = await again(() => retireInstances({ batch }, world.deps), world.deps);
    if (next === null) throw new Error('nothing more is due');
    world.calls.length = 0;
    return next;
  };

  test('the group is looked at again where the plan saw it longer ago', async () => {
    const next = await first();
    await world.clock.delay(6000);
    await launchReplacements(next, world.deps);
    expect(world.calls).toEqual(['DescribeAutoScalingGroups', 'LaunchInstances', 'LaunchInstances']);
  });

  test('the group is looked at where an attempt before this one may have launched something', async () => {
    const next = await first();
    world.afterCall = (name) => {
      if (name === 'LaunchInstances') throw new Error('killed');
    };
    await expect(launchReplacements(next, world.deps)).rejects.toThrow('killed');
    world.afterCall = () => undefined;
    world.calls.length = 0;
    const { batch } = await launchReplacements(next, world.deps);
    expect(world.calls[0]).toBe('DescribeAutoScalingGroups');
    expect([batch.launched.length, world.machines.size]).toEqual([
      batch.retire.length,
      MACHINES + batch.retire.length,
    ]);
  });

  test('where a launch leaves the capacity as it is, it is raised after each', async () => {
    await startGroup(MACHINES, 'ab');
    world.raisesDesired = false;
    const next = await first();
    await launchReplacements(next, world.deps);
    expect(callsOf('UpdateAutoScalingGroup')).toBe(1);
    expect(world.group.desired).toBe(MACHINES + BATCH);
  });

  test.each(['UpdateAutoScalingGroup', 'DescribeAutoScalingGroups'])(
    'an attempt that was killed after %s does not make a launch look as if it raised the capacity',
    async (dies) => {
      world.raisesDesired = false;
      let launched = false;
      world.afterCall = (name) => {
        launched ||= name === 'LaunchInstances';
        if (launched && name === dies) throw new Error('killed');
      };
      const ids = [...world.machines.keys()].slice(0, BATCH);
      const order = anOrder(ids, world);
      await expect(launchReplacements(order, world.deps)).rejects.toThrow('killed');
      world.afterCall = () => undefined;
      expect(await runReplacement(order, world.deps)).toBeUndefined();
      expect([world.group.desired, world.healthy().length]).toEqual([MACHINES, MACHINES]);
    },
  );

  test('a person who raises the capacity at the moment of a launch is not taken for it for long', async () => {
    world.raisesDesired = false;
    world.afterCall = (name) => {
      if (name === 'LaunchInstances') world.group.desired += BATCH / 2;
    };
    const next = await first();
    world.afterCall = () => undefined;
    expect(world.record().launchRaises).toBe(true);
    const second = await launchReplacements(next, world.deps);
    const waited = await waitForReplacements(second, world.deps);
    const retired = await again(() => retireInstances(waited, world.deps), world.deps);
    expect(retired.more).toBe(true);
    expect(world.record()).not.toHaveProperty('launchRaises');
  });

  test('nobody looks before the machines took as long to start as those of the batch before', async () => {
    const ids = [...world.machines.keys()].slice(0, BATCH);
    const launched = await launchReplacements(anOrder(ids, world), world.deps);
    for (const { instanceId } of launched.batch.launched)
      Object.assign(world.machines.get(instanceId) ?? {}, { healthyAt: world.clock.now().getTime() + 8000 });
    const { batch } = await waitForReplacements(launched, world.deps);
    expect(callsOf('DescribeTargetHealth')).toBeGreaterThan(1);
    expect(batch.bootSeconds).toBeGreaterThanOrEqual(8);
    const { next } = await again(() => retireInstances({ batch }, world.deps), world.deps);
    if (next === null) throw new Error('nothing more is due');
    const second = await launchReplacements(next, world.deps);
    for (const { instanceId } of second.batch.launched)
      Object.assign(world.machines.get(instanceId) ?? {}, { healthyAt: world.clock.now().getTime() + 8000 });
    world.calls.length = 0;
    await waitForReplacements(second, world.deps);
    expect(world.calls).toEqual(['DescribeTargetHealth']);
  });

  test('one batch that took much longer makes the next wait ten seconds longer at most', async () => {
    const next = await first();
    const { batch } = await launchReplacements({ ...next, bootSeconds: 300 }, world.deps);
    expect(batch.bootSeconds).toBe(13);
  });

  test('machines that take longer to start than a function may wait are not looked at before', async () => {
    const next = await first();
    const { batch } = await launchReplacements(next, world.deps);
    world.calls.length = 0;
    const slow = { ...batch, bootSeconds: 60 };
    await expect(waitForReplacements({ batch: slow }, world.deps)).rejects.toMatchObject({
      name: 'TargetsNotHealthyYet',
    });
    expect(world.calls).toEqual([]);
    await again(() => waitForReplacements({ batch: slow }, world.deps), world.deps);
    expect(world.calls).toEqual(['DescribeTargetHealth']);
  });

  test('called again while machines still end, one look at the group is all', async () => {
    const ids = [...world.machines.keys()].slice(0, BATCH);
    const launched = await launchReplacements(anOrder(ids, world), world.deps);
    const waited = await waitForReplacements(launched, world.deps);
    world.afterCall = (name) => {
      if (name !== 'TerminateInstanceInAutoScalingGroup') return;
      for (const id of ids) Object.assign(world.machines.get(id) ?? {}, { goneAt: Infinity });
    };
    await expect(retireInstances(waited, world.deps)).rejects.toMatchObject({ name: 'MachinesStillEnding' });
    world.calls.length = 0;
    await expect(retireInstances(waited, world.deps)).rejects.toMatchObject({ name: 'MachinesStillEnding' });
    expect(world.calls).toEqual(['DescribeAutoScalingGroups']);
  });
});
