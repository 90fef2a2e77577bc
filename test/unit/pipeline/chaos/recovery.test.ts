import { describe, expect, test } from '@jest/globals';
import { giveUpRecovery } from '#pipeline/chaos/give-up-recovery';
import { killMachine } from '#pipeline/chaos/kill-machine';
import type { Kill } from '#pipeline/chaos/kill-machine';
import { waitForRecovery } from '#pipeline/chaos/wait-for-recovery';
import { aDeployment, aLease } from '#test/helpers/pipeline-fixtures';
import { chaosWorld } from '#test/helpers/chaos-world';

/** An app of three machines, one of which was killed a moment ago. */
const killed = async () => {
  const world = chaosWorld();
  world.serve('hello', 3);
  const request = world.scheduled();
  const { kill } = await killMachine(request, world.deps);
  return { world, request, kill };
};

const lacks = (world: ReturnType<typeof chaosWorld>, kill: Kill): void => {
  world.groupOf('hello').Instances = world
    .members('hello')
    .filter(({ InstanceId = '' }) => !world.terminated().includes(InstanceId));
  expect(kill.instanceIds).toHaveLength(1);
};

describe('waiting for a group to recover', () => {
  test('goes on while the killed machine still looks healthy', async () => {
    const { world, kill } = await killed();
    await expect(waitForRecovery({ kill }, world.deps)).rejects.toMatchObject({ name: 'GroupNotWhole' });
    expect(world.record().lease?.trigger).toBe('chaos');
  });

  test('goes on while a machine is missing, or its successor is not healthy', async () => {
    const { world, kill } = await killed();
    lacks(world, kill);
    await expect(waitForRecovery({ kill }, world.deps)).rejects.toThrow('2 of 3 machines healthy');
    world.members('hello').push({ ...world.members('hello')[0], InstanceId: 'i-new' } as never);
    world.sick.add('i-new');
    await expect(waitForRecovery({ kill }, world.deps)).rejects.toThrow('2 of 3 machines healthy');
  });

  test('ends when all are healthy: the time is recorded and told, and the app and the budget are free', async () => {
    const { world, kill } = await killed();
    world.replace('hello');
    world.advance(42_000);
    const recovery = await waitForRecovery({ kill }, world.deps);
    expect(recovery).toEqual({ outcome: 'recovered', seconds: 42 });
    expect(world.chaos()?.kills).toMatchObject([{ recoverySeconds: 42, wholeAt: expect.any(String) }]);
    expect(world.news.at(-1)).toEqual([
      'chaos.recovered',
      expect.objectContaining({ killId: kill.killId, app: 'hello', seconds: 42 }),
    ]);
    expect([world.record().lease, world.budget()?.disruptions]).toEqual([undefined, []]);
  });

  test('finds the moment between two looks', async () => {
    const { world, kill } = await killed();
    lacks(world, kill);
    const member = world.members('hello')[0];
    let looks = 0;
    const clock = {
      ...world.deps.clock,
      delay: async (milliseconds: number) => {
        await world.deps.clock.delay(milliseconds);
        looks += 1;
        if (looks === 3) world.members('hello').push({ ...member, InstanceId: 'i-new' } as never);
      },
    };
    const recovery = await waitForRecovery({ kill }, { ...world.deps, clock });
    expect(recovery.outcome).toBe('recovered');
    expect(recovery.seconds).toBeLessThan(5);
  });

  test('stands in no rollout’s way: whoever waits gets the app while the group recovers', async () => {
    for (const wish of [
      { waiting: { ...aLease(2), droppedAt: '', key: '' } },
      { abort: { by: 'ann', at: '' } },
    ]) {
      const { world, kill } = await killed();
      const { lease = aLease(1) } = world.record();
      if ('abort' in wish) world.amend({ lease: { ...lease, ...wish } });
      else world.amend(wish);
      await expect(waitForRecovery({ kill }, world.deps)).rejects.toMatchObject({ name: 'GroupNotWhole' });
      expect(world.record().lease).toBeUndefined();
    }
  });

  test('never takes away the lease of whoever came after it', async () => {
    const { world, kill } = await killed();
    world.amend({ lease: aLease(2, { abort: { by: 'ann', at: '' } }) });
    world.replace('hello');
    await waitForRecovery({ kill }, world.deps);
    expect(world.record().lease?.executionArn).toBe('arn:execution/2');
  });

  test('ends when another release serves: there is nothing left to be whole', async () => {
    const { world, kill } = await killed();
    world.amend({ current: aDeployment(2) });
    expect(await waitForRecovery({ kill }, world.deps)).toEqual({ outcome: 'replaced' });
    expect(world.names()).toEqual(['chaos.killed']);
    expect(world.budget()?.disruptions).toEqual([]);
  });
});

describe('giving up', () => {
  test('tells people of a group that did not recover, and frees the app and the budget', async () => {
    const { world, request, kill } = await killed();
    const cause = JSON.stringify({ errorType: 'GroupNotWhole', errorMessage: '2 of 3' });
    const given = await giveUpRecovery({ ...request, error: 'GroupNotWhole', cause }, world.deps);
    expect(given).toEqual({ reason: 'GroupNotWhole', message: '2 of 3', killed: true });
    expect(world.news.at(-1)).toEqual([
      'chaos.unrecovered',
      expect.objectContaining({ killId: kill.killId, reason: '2 of 3' }),
    ]);
    expect([world.record().lease, world.budget()?.disruptions]).toEqual([undefined, []]);
  });

  test('tells nobody of a kill that was refused', async () => {
    const world = chaosWorld();
    world.serve('hello', 1);
    const request = world.drill();
    await expect(killMachine(request, world.deps)).rejects.toMatchObject({ name: 'ChaosRefused' });
    const given = await giveUpRecovery({ ...request, error: 'ChaosRefused', cause: 'x' }, world.deps);
    expect([given.killed, world.names()]).toEqual([false, []]);
  });

  test('frees what a kill took before it was refused', async () => {
    const world = chaosWorld();
    world.serve('hello', 3);
    const request = world.scheduled();
    world.documents.onWrite = (key) => {
      if (key.startsWith('kiln/chaos/')) throw new Error('no record');
    };
    await expect(killMachine(request, world.deps)).rejects.toThrow('no record');
    expect(world.record().lease?.trigger).toBe('chaos');
    await giveUpRecovery({ ...request, error: 'Error', cause: 'no record' }, world.deps);
    expect([world.record().lease, world.budget()?.disruptions, world.names()]).toEqual([undefined, [], []]);
  });
});
