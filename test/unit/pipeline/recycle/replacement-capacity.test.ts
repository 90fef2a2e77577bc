import { beforeEach, describe, expect, test } from '@jest/globals';
import { abandonReplacement } from '#pipeline/recycle/abandon-replacement';
import { endSurplus } from '#pipeline/recycle/end-surplus';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import { planRecycling } from '#pipeline/recycle/plan-fleet';
import { retireInstances } from '#pipeline/recycle/retire-instances';
import { waitForReplacements } from '#pipeline/recycle/wait-for-replacements';
import { aFleetGroup, aFleetMachine, aRecyclingPolicy, HOUR, NOW } from '#test/helpers/fleet-fixtures';
import { aRelease } from '#test/helpers/pipeline-fixtures';
import { anOrder, recyclingWorld } from '#test/helpers/recycling-world';
import { again, runReplacement } from '#test/helpers/run-replacement';

let world: ReturnType<typeof recyclingWorld>;

/** A machine dies by itself, and Auto Scaling launches another. */
const die = (id: string): void => {
  const { zone = 'a' } = world.machines.get(id) ?? {};
  world.machines.delete(id);
  world.add(zone);
};

const launch = () => launchReplacements(anOrder(['i-1'], world), world.deps);

/** So that one batch is all. */
const waitsForRollout = (): void => {
  const waiting = { ...aRelease(2), executionArn: 'arn:execution/2', since: '' };
  world.executions.set(waiting.executionArn, 'RUNNING');
  world.setRecord({ ...world.record(), waiting });
};

beforeEach(async () => {
  world = recyclingWorld();
  await world.clock.delay(2 * HOUR);
  for (const machine of world.machines.values())
    Object.assign(machine, { launchedAt: Date.parse('2026-01-01') });
});

describe('the capacity', () => {
  test('Y05: of a batch that was done but not cleared nothing is surplus, whatever people add meanwhile', async () => {
    const waited = await waitForReplacements(await launch(), world.deps);
    world.afterCall = () => {
      if (!world.machines.has('i-1')) throw new Error('killed');
    };
    await expect(again(() => retireInstances(waited, world.deps), world.deps)).rejects.toThrow('killed');
    world.afterCall = () => undefined;
    expect(world.record()).toHaveProperty('replacement');
    world.group.desired += 1;
    world.add('a');
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect([world.group.desired, world.healthy().length]).toEqual([5, 5]);
  });

  test('Y05: told to end but not ended, a machine still counts', async () => {
    const waited = await waitForReplacements(await launch(), world.deps);
    world.afterCall = (name) => {
      if (name === 'CreateTags') throw new Error('killed');
    };
    await expect(retireInstances(waited, world.deps)).rejects.toThrow('killed');
    world.afterCall = () => undefined;
    expect(world.record().replacement).toMatchObject({ retired: ['i-1'] });
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect(world.group.desired).toBe(4);
    expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  });

  test('Y06: is as it was where a machine that was to be replaced died by itself', async () => {
    const waited = await waitForReplacements(await launch(), world.deps);
    waitsForRollout();
    die('i-1');
    await again(() => retireInstances(waited, world.deps), world.deps);
    expect([world.group.desired, world.healthy().length]).toEqual([4, 4]);
    expect(world.record()).not.toHaveProperty('replacement');
  });

  test('Y06: is as it was where a machine died at the very moment in which it was to be ended', async () => {
    const waited = await waitForReplacements(await launch(), world.deps);
    waitsForRollout();
    world.afterCall = (name) => {
      if (name === 'CreateTags' && world.machines.has('i-1')) die('i-1');
    };
    await again(() => retireInstances(waited, world.deps), world.deps);
    expect([world.group.desired, world.healthy().length]).toEqual([4, 4]);
    expect(world.record()).not.toHaveProperty('replacement');
  });

  test('I1: the machine that is too many goes only when what Auto Scaling launched serves', async () => {
    const waited = await waitForReplacements(await launch(), world.deps);
    die('i-1');
    // In service for Auto Scaling.
    Object.assign(world.machines.get('i-6') ?? {}, { isTarget: false });
    await expect(retireInstances(waited, world.deps)).rejects.toMatchObject({ name: 'TargetsNotHealthyYet' });
    expect(world.calls).not.toContain('TerminateInstanceInAutoScalingGroup');
  });

  const there = (): number =>
    [...world.machines.values()].filter(({ state }) => state !== 'Terminating').length;

  /** What the group wants and has when a launch was killed, somebody added a machine, and `next` came. */
  const killedAfter = async (call: string, next: () => Promise<unknown>): Promise<number[]> => {
    world.raisesDesired = false;
    world.setRecord({ launchRaises: false });
    world.afterCall = (name) => {
      if (name === call) throw new Error('killed');
    };
    await expect(launch()).rejects.toThrow('killed');
    world.group.desired += 1;
    // As Auto Scaling does.
    world.afterCall = () => {
      while (there() < world.group.desired) world.add('b');
    };
    await next();
    return [world.group.desired, there()];
  };

  const finish = async (): Promise<void> => {
    const launched = await launch();
    waitsForRollout();
    const waited = await again(() => waitForReplacements(launched, world.deps), world.deps);
    await again(() => retireInstances(waited, world.deps), world.deps);
  };

  test.each(['LaunchInstances', 'UpdateAutoScalingGroup'])(
    'Y05: a machine that somebody adds after a launch was killed at %s is not taken for the raise of that launch',
    async (call) => {
      expect(await killedAfter(call, finish)).toEqual([5, 5]);
    },
  );

  test.each(['LaunchInstances', 'UpdateAutoScalingGroup'])(
    'Y05: nor where what was launched is given up, killed at %s',
    async (call) => {
      expect(await killedAfter(call, () => endSurplus(world.record(), world.deps))).toEqual([5, 5]);
    },
  );

  test('no two batches in a row have the same mark', async () => {
    world.raisesDesired = false;
    const marks: number[] = [];
    world.afterCall = (name) => {
      if (name === 'UpdateAutoScalingGroup') marks.push(world.group.cooldown);
    };
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBeUndefined();
    expect(marks).toEqual([1, 2, 3, 4]);
    expect(world.group.desired).toBe(4);
  });

  test('counts no machine that was put aside: a tenth of 19 is one', () => {
    const machines = Array.from({ length: 20 }, (_, index) =>
      aFleetMachine(index, { launchedAt: NOW - 30 * HOUR, state: index === 0 ? 'Standby' : 'InService' }),
    );
    const fleet = [aFleetGroup({ machines, desired: 19, max: 30 })];
    const plan = planRecycling(fleet, [aRecyclingPolicy()], NOW, 'kiln', { evenIfOverdue: true });
    expect(plan.replacements.map(({ retire }) => retire.length)).toEqual([1]);
    expect(plan.turnOver).toMatchObject([{ machines: 19 }]);
  });
});

describe('a replacement that dies', () => {
  test('before it serves: what Auto Scaling launches in its place takes over', async () => {
    world.launches.healthy = false;
    const launched = await launch();
    waitsForRollout();
    await expect(waitForReplacements(launched, world.deps)).rejects.toMatchObject({
      name: 'TargetsNotHealthyYet',
    });
    die('i-5');
    const { batch } = await again(() => waitForReplacements(launched, world.deps), world.deps);
    expect(batch.launched).toEqual([{ instanceId: 'i-6', zone: 'a' }]);
    expect(world.record().replacement).toMatchObject({ launched: batch.launched });
    await again(() => retireInstances({ batch }, world.deps), world.deps);
    expect(world.healthy()).toEqual(['i-2', 'i-3', 'i-4', 'i-6']);
    expect(world.group.desired).toBe(4);
  });

  test('before it serves: a machine from before the batch does not take over', async () => {
    const launched = await launch();
    world.machines.delete('i-5');
    await expect(waitForReplacements(launched, world.deps)).rejects.toMatchObject({
      name: 'TargetsNotHealthyYet',
    });
    expect(world.record().replacement).toMatchObject({ launched: [{ instanceId: 'i-5' }] });
  });

  test('again and again is given up in the end', async () => {
    world.launches.healthy = false;
    const launched = await launch();
    let tries = 0;
    const failing = again(() => {
      tries += 1;
      const last = [...world.machines.keys()].at(-1) ?? '';
      const { replacement } = world.record();
      // Each has just been taken over when it dies as well.
      if (replacement?.launched?.some(({ instanceId }) => instanceId === last) === true) {
        die(last);
        Object.assign([...world.machines.values()].at(-1) ?? {}, { isTarget: false });
      }
      return waitForReplacements(launched, world.deps);
    }, world.deps);
    await expect(failing).rejects.toMatchObject({ name: 'MachinesKeepFailing' });
    expect(tries).toBeLessThan(30);
    const { environment, app, groupName, executionArn } = anOrder([], world);
    const failed = { environment, app, groupName, executionArn, error: 'MachinesKeepFailing', cause: 'x' };
    await abandonReplacement(failed, world.deps);
    expect([world.group.desired, world.record().recycling?.failures]).toEqual([4, 1]);
  });
});
