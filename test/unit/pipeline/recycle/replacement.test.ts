import { beforeEach, describe, expect, test } from '@jest/globals';
import { readBudget } from '#pipeline/disruption/budget';
import { abandonReplacement } from '#pipeline/recycle/abandon-replacement';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import { retireInstances } from '#pipeline/recycle/retire-instances';
import { unblockRecycling } from '#pipeline/recycle/unblock-recycling';
import { waitForReplacements } from '#pipeline/recycle/wait-for-replacements';
import { aKey, aRelease } from '#test/helpers/pipeline-fixtures';
import { anOrder, GROUP, RECYCLER, recyclingWorld } from '#test/helpers/recycling-world';
import { again, runReplacement } from '#test/helpers/run-replacement';
import { autoScalingError, s3Error } from '#test/helpers/service-error';

let world: ReturnType<typeof recyclingWorld>;

const HOUR = 60 * 60_000;

const waiting = { ...aRelease(2), executionArn: 'arn:execution/2', since: '' };

/** Nothing of it is left: no lease, no intent, no budget, no machine too many. */
const expectAtRest = async (): Promise<void> => {
  expect(world.record()).not.toHaveProperty('lease');
  expect(world.record()).not.toHaveProperty('replacement');
  expect(await readBudget('dev', world.deps)).toMatchObject({ disruptions: [] });
  await world.clock.delay(HOUR / 60);
  expect(world.group.desired).toBe(4);
  expect(world.healthy()).toHaveLength(4);
};

beforeEach(async () => {
  world = recyclingWorld();
  await world.clock.delay(2 * HOUR);
  // What is launched from now on is not due again in these tests.
  for (const machine of world.machines.values())
    Object.assign(machine, { launchedAt: Date.parse('2026-01-01') });
});

describe('a replacement', () => {
  test('I1 I12: launches in the same zone, waits until it serves, then ends the old machine', async () => {
    const healthy: number[] = [];
    world.afterCall = () => healthy.push(world.healthy().length);
    const batch = await launchReplacements(anOrder(['i-1'], world), world.deps);
    expect(world.record()).toMatchObject({
      lease: { executionArn: RECYCLER, trigger: 'recycling', ...aKey(1) },
      replacement: {
        capacity: 4,
        retire: [{ instanceId: 'i-1', zone: 'a' }],
        launched: [{ instanceId: 'i-5', zone: 'a' }],
      },
    });
    expect(world.healthy()).toContain('i-1');
    const waited = await waitForReplacements(batch, world.deps);
    await again(() => retireInstances(waited, world.deps), world.deps);
    expect(world.healthy()).not.toContain('i-1');
    expect(Math.min(...healthy)).toBe(4);
  });

  test('replaces all that is due, batch by batch, tells what it did, and leaves nothing', async () => {
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBeUndefined();
    expect([...world.machines.keys()]).toEqual(['i-5', 'i-6', 'i-7', 'i-8']);
    expect([...world.machines.values()].map(({ zone }) => zone).toSorted()).toEqual(['a', 'a', 'b', 'b']);
    expect(world.names()).toEqual(['recycling.started', 'recycling.finished']);
    expect(world.announced[1]?.[1]).toMatchObject({ machines: 4 });
    expect(new Map(world.tags)).toEqual(new Map(['i-1', 'i-2', 'i-3', 'i-4'].map((id) => [id, 'age'])));
    await expectAtRest();
  });

  test('a person who asks for all gets all that was there, and not the replacements again', async () => {
    for (const machine of world.machines.values()) Object.assign(machine, { launchedAt: Date.now() });
    const launchedBefore = world.clock.now().getTime();
    for (const machine of world.machines.values()) Object.assign(machine, { launchedAt: launchedBefore - 1 });
    await world.clock.delay(1);
    await runReplacement(anOrder(['i-1'], world, { launchedBefore }), world.deps);
    expect([...world.machines.keys()]).toEqual(['i-5', 'i-6', 'i-7', 'i-8']);
  });

  test.each(['before', 'after'])(
    'Y05: the replacements that a dead execution launched are not replaced again for a person who asked for all (it died %s writing them down)',
    async (when) => {
      const writes = when === 'before' ? 'LaunchInstances' : 'DescribeTargetHealth';
      world.afterCall = (name) => {
        if (name === writes) throw new Error('killed');
      };
      const launched = launchReplacements(anOrder(['i-1'], world), world.deps);
      await (
        when === 'before' ? launched : launched.then((batch) => waitForReplacements(batch, world.deps))
      ).catch(() => undefined);
      world.afterCall = () => undefined;
      world.executions.set(RECYCLER, 'ABORTED');
      const executionArn = 'arn:execution/next';
      world.executions.set(executionArn, 'RUNNING');
      await world.clock.delay(HOUR / 60);
      const { replacements } = await planRecyclingNow({ all: true }, world.deps);
      const [order] = replacements;
      if (order === undefined) throw new Error('what it left is not taken up');
      expect(order).toMatchObject({ retire: [{ instanceId: 'i-1' }] });
      expect(await runReplacement({ ...order, executionArn }, world.deps)).toBeUndefined();
      expect([...world.machines.keys()]).toEqual(['i-5', 'i-6', 'i-7', 'i-8']);
      await expectAtRest();
    },
  );

  test('raises the desired capacity where the launch did not, and does not where it did', async () => {
    await launchReplacements(anOrder(['i-1'], world), world.deps);
    expect(world.calls).not.toContain('UpdateAutoScalingGroup');
    expect([world.group.desired, world.record().launchRaises]).toEqual([5, true]);
    world = recyclingWorld();
    world.raisesDesired = false;
    await launchReplacements(anOrder(['i-1'], world), world.deps);
    expect([world.group.desired, world.record().launchRaises]).toEqual([5, false]);
  });

  test('Y02: old machines serve on when a replacement never becomes healthy; the third time blocks the group', async () => {
    world.launches.healthy = false;
    for (const tries of [1, 2, 3]) {
      await world.clock.delay(HOUR / 60);
      expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('MachinesKeepFailing');
      expect(world.record().recycling).toMatchObject({ groupName: GROUP, failures: tries });
      expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
    }
    expect(world.record().recycling).toHaveProperty('blockedSince');
    expect(world.names().filter((name) => name !== 'recycling.started')).toEqual([
      'recycling.failed',
      'recycling.failed',
      'recycling.failed',
      'recycling.blocked',
    ]);
    await expectAtRest();
    const launches = world.calls.filter((name) => name === 'LaunchInstances').length;
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('NotRecyclable');
    expect(world.calls.filter((name) => name === 'LaunchInstances')).toHaveLength(launches);
    const { blockedSince } = world.record().recycling ?? {};
    const request = { environment: 'dev', app: 'hello', by: 'ann' };
    world.announced.length = 0;
    expect([
      await unblockRecycling(request, world.deps),
      await unblockRecycling(request, world.deps),
    ]).toEqual([true, false]);
    expect(world.announced).toEqual([
      ['recycling.unblocked', { ...request, groupName: GROUP, blockedSince }],
    ]);
    world.launches.healthy = true;
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBeUndefined();
  });

  test('Y03: two plans at once: the second execution finds the app busy and changes nothing', async () => {
    await launchReplacements(anOrder(['i-1'], world), world.deps);
    const before = world.record();
    world.executions.set('arn:execution/other', 'RUNNING');
    const other = anOrder(['i-1'], world, { executionArn: 'arn:execution/other' });
    expect(await runReplacement(other, world.deps)).toBe('RolloutInProgress');
    expect(world.record()).toEqual(before);
    expect(world.machines.size).toBe(5);
  });

  test('Y04: a rollout that waits gets the app after the batch that is under way', async () => {
    world.executions.set(waiting.executionArn, 'RUNNING');
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    world.setRecord({ ...world.record(), waiting });
    const { batch } = await waitForReplacements(launched, world.deps);
    expect(await again(() => retireInstances({ batch }, world.deps), world.deps)).toEqual({
      more: false,
      next: null,
    });
    expect([...world.machines.keys()]).toEqual(['i-2', 'i-3', 'i-4', 'i-5']);
    expect(world.record()).toMatchObject({ waiting: { releaseId: waiting.releaseId } });
    expect(await runReplacement(anOrder(['i-2'], world), world.deps)).toBe('RolloutInProgress');
    expect(world.group.desired).toBe(4);
  });

  test('Y04: of a rollout that comes between two batches is said what was done until then', async () => {
    world.executions.set(waiting.executionArn, 'RUNNING');
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    const { next } = await again(() => retireInstances({ batch }, world.deps), world.deps);
    if (next === null) throw new Error('nothing more is due');
    const before = world.calls.length;
    world.setRecord({ ...world.record(), waiting });
    await expect(launchReplacements(next, world.deps)).rejects.toMatchObject({ name: 'RecyclingYielded' });
    expect(world.calls.slice(before)).not.toContain('LaunchInstances');
    expect(world.names()).toEqual(['recycling.started', 'recycling.finished']);
    expect(world.announced[1]?.[1]).toMatchObject({ machines: 1, seconds: expect.any(Number) });
    expect(world.record()).toMatchObject({ waiting: { releaseId: waiting.releaseId } });
    expect(world.record()).not.toHaveProperty('recycling');
    await expectAtRest();
  });

  test('Y04: what was launched before a rollout came is not taken for done', async () => {
    world.executions.set(waiting.executionArn, 'RUNNING');
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    const { next } = await again(() => retireInstances({ batch }, world.deps), world.deps);
    if (next === null) throw new Error('nothing more is due');
    await launchReplacements(next, world.deps);
    world.setRecord({ ...world.record(), waiting });
    expect(await runReplacement(next, world.deps)).toBe('NotRecyclable');
    await expectAtRest();
  });

  test('Y05: whoever takes over from an execution that died goes on with the same machines', async () => {
    for (const [dies, raises] of [
      ['LaunchInstances', true],
      ['LaunchInstances', false],
      ['DescribeAutoScalingGroups', true],
      ['DescribeAutoScalingGroups', false],
    ] as const) {
      world = recyclingWorld();
      world.raisesDesired = raises;
      let launched = false;
      world.afterCall = (name) => {
        launched ||= name === 'LaunchInstances';
        if (launched && name === dies) throw new Error('killed');
      };
      await expect(launchReplacements(anOrder(['i-1'], world), world.deps)).rejects.toThrow('killed');
      world.afterCall = () => undefined;
      world.executions.set(RECYCLER, 'ABORTED');
      world.executions.set('arn:execution/next', 'RUNNING');
      const next = anOrder(['i-1'], world, { executionArn: 'arn:execution/next' });
      expect(await runReplacement(next, world.deps)).toBeUndefined();
      expect([dies, ...world.machines.keys()]).toEqual([dies, 'i-2', 'i-3', 'i-4', 'i-5']);
      await expectAtRest();
    }
  });

  test.each([true, false])(
    'Y05: a launch whose reply was lost (it raised the capacity: %s) leaves no machine over',
    async (raises) => {
      world.raisesDesired = raises;
      world.afterCall = (name) => {
        if (name === 'LaunchInstances') throw new Error('connection reset');
      };
      expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('Error');
      expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
      await expectAtRest();
    },
  );

  test('Y06: the lost reply to ending them, and machines that are gone already, are fine', async () => {
    let lost = 0;
    world.afterCall = (name) => {
      if (name !== 'TerminateInstanceInAutoScalingGroup' || lost > 0) return;
      lost += 1;
      throw Object.assign(new Error('connection reset'), { name: 'TargetsNotHealthyYet' });
    };
    const order = anOrder(['i-1', 'i-2'], world, { total: 40 });
    const launched = await launchReplacements(order, world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    await again(() => retireInstances({ batch }, world.deps), world.deps);
    expect([lost, world.group.desired]).toEqual([1, 4]);
    const [, , ...kept] = [...world.machines.keys()];
    expect(kept).toHaveLength(2);
    expect(world.machines.has('i-1') || world.machines.has('i-2')).toBe(false);
  });

  test('Y06: a machine that ends by itself while the others are ended does not hold them up', async () => {
    world.afterCall = (name) => {
      // Auto Scaling launches another.
      if (name === 'CreateTags' && world.machines.delete('i-1')) world.add('a');
    };
    const launched = await launchReplacements(anOrder(['i-1', 'i-2'], world, { total: 40 }), world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    await again(() => retireInstances({ batch }, world.deps), world.deps);
    expect(world.machines.has('i-2')).toBe(false);
    expect([world.group.desired, world.healthy().length]).toEqual([4, 4]);
  });

  test('Y07: a group without room is left alone, and says so', async () => {
    world.group.max = 4;
    await expect(launchReplacements(anOrder(['i-1'], world), world.deps)).rejects.toMatchObject({
      name: 'NotRecyclable',
      message: expect.stringContaining('its maximum is 4'),
    });
    world = recyclingWorld();
    world.group.max = 5;
    const { batch } = await launchReplacements(anOrder(['i-1', 'i-2'], world, { total: 40 }), world.deps);
    expect([batch.retire.length, batch.launched.length]).toEqual([1, 1]);
  });

  test('Y08: a zone without room is not made up for where that would unbalance the zones', async () => {
    world.full.add('a');
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('NoCapacity');
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('NoCapacity');
    const reason = expect.stringContaining('InsufficientInstanceCapacity');
    expect(world.record().recycling).toMatchObject({ failures: 0, skipped: { reason } });
    expect(world.announced).toMatchObject([['recycling.skipped', { app: 'hello', reason }]]);
    await expectAtRest();
  });

  test('Y08: a zone without room is made up for by another that has fewer machines', async () => {
    world = recyclingWorld(['a', 'a', 'b']);
    world.full.add('a');
    const { batch } = await launchReplacements(anOrder(['i-1'], world), world.deps);
    expect(batch.launched).toEqual([{ instanceId: 'i-4', zone: 'b' }]);
  });

  test('Y08: what could be launched is used, the rest waits', async () => {
    world.full.add('a');
    const { batch } = await launchReplacements(anOrder(['i-1', 'i-2'], world, { total: 40 }), world.deps);
    expect(batch.retire).toEqual([{ instanceId: 'i-2', zone: 'b' }]);
    expect(batch.launched).toMatchObject([{ zone: 'b' }]);
  });

  test('Y10: a replacement of another image never takes over', async () => {
    world.launches.imageId = 'ami-2';
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('WrongImage');
    expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
    await expectAtRest();
  });

  test('Y11: a machine that somebody protects or puts aside meanwhile stays', async () => {
    for (const touch of [{ protected: true }, { state: 'Standby' }]) {
      world = recyclingWorld();
      const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
      const { batch } = await waitForReplacements(launched, world.deps);
      Object.assign(world.machines.get('i-1') ?? {}, touch);
      await expect(retireInstances({ batch }, world.deps)).rejects.toMatchObject({ name: 'NotRecyclable' });
      expect(world.calls).not.toContain('TerminateInstanceInAutoScalingGroup');
    }
  });

  test('G06: where the image is gone nothing is launched, the capacity stays and the failure counts', async () => {
    world.full.add('a');
    world.launchError = 'InvalidAMIID.NotFound';
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('MachinesKeepFailing');
    expect(world.record().recycling).toMatchObject({ failures: 1 });
    await expectAtRest();
  });

  test('I1: nothing is ended while fewer than all others are healthy', async () => {
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    Object.assign(world.machines.get('i-3') ?? {}, { healthyAt: Infinity });
    await expect(retireInstances({ batch }, world.deps)).rejects.toMatchObject({
      name: 'TargetsNotHealthyYet',
    });
    expect(world.healthy()).toContain('i-1');
  });

  test('I1: a machine that is in service but no healthy target yet does not count', async () => {
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    Object.assign(world.machines.get('i-3') ?? {}, { isTarget: false });
    const { batch } = await waitForReplacements(launched, world.deps);
    await expect(retireInstances({ batch }, world.deps)).rejects.toMatchObject({
      name: 'TargetsNotHealthyYet',
    });
    expect(world.calls).not.toContain('TerminateInstanceInAutoScalingGroup');
  });

  test('I1: a replacement is not ended while the group would lack it', async () => {
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    await waitForReplacements(launched, world.deps);
    Object.assign(world.machines.get('i-3') ?? {}, { healthyAt: Infinity });
    const { environment, app, groupName, executionArn } = anOrder([], world);
    const failed = { environment, app, groupName, executionArn, error: 'NotRecyclable', cause: '' };
    await expect(abandonReplacement(failed, world.deps)).rejects.toMatchObject({ name: 'GroupNotWhole' });
    Object.assign(world.machines.get('i-3') ?? {}, { healthyAt: 0 });
    await abandonReplacement(failed, world.deps);
    await expectAtRest();
  });

  test('an abandoned replacement is counted once, however often it is abandoned', async () => {
    world.launches.healthy = false;
    await launchReplacements(anOrder(['i-1'], world), world.deps);
    const { environment, app, groupName, executionArn } = anOrder([], world);
    const failed = { environment, app, groupName, executionArn, error: 'MachinesKeepFailing', cause: 'x' };
    await abandonReplacement(failed, world.deps);
    await abandonReplacement(failed, world.deps);
    expect(world.record().recycling).toMatchObject({ failures: 1, lastFailure: 'x' });
    expect(world.names()).toEqual(['recycling.started', 'recycling.failed']);
  });

  test.each([
    ['an alarm is on', () => world.alarms.set('pager', 'ALARM')],
    [
      'the environment is switched off',
      () => world.documents.all.set('kiln/switches/dev.json', { to: 'off' }),
    ],
    [
      'there is an outage',
      () =>
        world.documents.all.set('kiln/budgets/dev.json', {
          disruptions: [],
          outage: { by: 'ann', reason: 'x' },
        }),
    ],
  ])('nothing is launched while %s, not even the next batch', async (_what, happen) => {
    const disruption = { machines: 1, percent: 10, alarms: ['pager'], overduePercent: 50 };
    world.configure({ maximumUptimeMinutes: 60, disruption });
    world.alarms.set('pager', 'OK');
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    const { batch } = await waitForReplacements(launched, world.deps);
    happen();
    expect(await again(() => retireInstances({ batch }, world.deps), world.deps)).toMatchObject({
      more: false,
    });
    await expect(launchReplacements(anOrder(['i-2'], world), world.deps)).rejects.toMatchObject({
      name: 'NotRecyclable',
    });
  });

  test('the environment switched off meanwhile goes off when the batch is done', async () => {
    const launched = await launchReplacements(anOrder(['i-1'], world), world.deps);
    world.documents.all.set('kiln/switches/dev.json', { to: 'off', by: 'ann', since: 'now' });
    const { batch } = await waitForReplacements(launched, world.deps);
    await again(() => retireInstances({ batch }, world.deps), world.deps);
    expect(world.record()).toMatchObject({ off: { capacity: { desired: 4 } } });
    expect(world.group.desired).toBe(0);
  });

  test('a spent budget is respected, and a dead owner has lost its part', async () => {
    const disruption = {
      kind: 'chaos',
      app: 'x',
      machines: 1,
      executionArn: 'arn:execution/chaos',
      since: '',
    };
    const spend = () =>
      world.documents.all.set('kiln/budgets/dev.json', { environment: 'dev', disruptions: [disruption] });
    spend();
    world.executions.set('arn:execution/chaos', 'RUNNING');
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('BudgetSpent');
    expect(world.machines.size).toBe(4);
    spend();
    world.executions.set('arn:execution/chaos', 'ABORTED');
    expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBeUndefined();
  });

  test.each<[string, Error]>([
    ['throttling', autoScalingError('Throttling')],
    ['an error that only its status tells', s3Error('UnknownError', 503)],
    [
      'a broken connection',
      Object.assign(new Error('x'), { code: 'ECONNRESET', $metadata: { attempts: 3 } }),
    ],
    [
      'a name that nobody knows',
      Object.assign(new Error('x'), { code: 'ENOTFOUND', $metadata: { attempts: 3 } }),
    ],
  ])('%s that outlasts the SDK is no failure of the machines, however often', async (_what, error) => {
    for (let times = 1; times <= 3; times += 1) {
      world.afterCall = (name) => {
        if (name === 'LaunchInstances') throw error;
      };
      expect(await runReplacement(anOrder(['i-1'], world), world.deps)).toBe('CloudUnavailable');
      await world.clock.delay(HOUR / 60);
    }
    expect(world.record()).not.toHaveProperty('recycling');
    expect(world.names()).not.toContain('recycling.failed');
    world.afterCall = () => undefined;
    await expectAtRest();
  });
});
