import { beforeEach, describe, expect, test } from '@jest/globals';
import type { EnvironmentRecord, Lease, RolloutTrigger } from '#pipeline/model';
import { releaseLease, takeLease } from '#pipeline/rollout/lease';
import { aDeployment, aKey, aLease, aRecord, aRelease, DEV } from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const record = (): EnvironmentRecord => world.documents.all.get(DEV) as EnvironmentRecord;

/** The rollout of the `n`th drop asks for the lease; its execution runs. */
const ask = (n: number, more: { readonly trigger?: RolloutTrigger } = {}) => {
  const executionArn = `arn:execution/${n}`;
  world.executions.set(executionArn, 'RUNNING');
  const { releaseId, droppedAt, key } = aRelease(n);
  const drop = more.trigger === undefined ? { drop: { releaseId, droppedAt, key } } : {};
  const request = { executionArn, ...aKey(n), trigger: more.trigger ?? 'drop', ...drop };
  return takeLease('dev', 'hello', request, world.deps);
};

const end = async (n: number): Promise<void> => {
  await releaseLease('dev', 'hello', `arn:execution/${n}`, world.deps);
  world.executions.set(`arn:execution/${n}`, 'SUCCEEDED');
};

const inProgress = { name: 'RolloutInProgress' };
const superseded = { name: 'ReleaseSuperseded' };

beforeEach(() => {
  world = rolloutWorld();
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1) }));
});

describe('takeLease', () => {
  test('I6: one rollout at a time, the next when it has ended', async () => {
    await ask(2);
    await expect(ask(3)).rejects.toMatchObject(inProgress);
    expect(record()).toMatchObject({ lease: aKey(2), waiting: { releaseId: aRelease(3).releaseId } });
    await end(2);
    await ask(3);
    expect(record()).toMatchObject({ lease: aKey(3) });
    expect(record()).not.toHaveProperty('waiting');
  });

  test('is taken again by its holder after a lost answer', async () => {
    await ask(2);
    const before = record();
    await ask(2);
    expect(record()).toEqual(before);
  });

  test('R12: of several that wait the newest wins, the others are superseded', async () => {
    await ask(2);
    await expect(ask(3)).rejects.toMatchObject(inProgress);
    await expect(ask(4)).rejects.toMatchObject(inProgress);
    await expect(ask(3)).rejects.toMatchObject(superseded);
    await end(2);
    await ask(4);
    expect(record()).toMatchObject({ lease: aKey(4) });
  });

  test('R12: an older drop that comes late does not wait at all', async () => {
    await ask(3);
    await expect(ask(2)).rejects.toMatchObject(superseded);
    await expect(ask(4)).rejects.toMatchObject(inProgress);
    await expect(ask(2)).rejects.toMatchObject(superseded);
  });

  test('R12: whoever comes when the lease is free goes behind a newer one that waits', async () => {
    await ask(2);
    await expect(ask(4)).rejects.toMatchObject(inProgress);
    await end(2);
    await expect(ask(3)).rejects.toMatchObject(superseded);
    await ask(4);
  });

  test('what a person asked for goes first, and the drop keeps its place', async () => {
    await ask(2);
    await expect(ask(4)).rejects.toMatchObject(inProgress);
    await end(2);
    await ask(3, { trigger: 'promotion' });
    expect(record()).toMatchObject({ lease: aKey(3), waiting: { releaseId: aRelease(4).releaseId } });
  });

  test('R16: a holder whose execution no longer runs has lost it, and what it left is noted', async () => {
    await ask(2);
    world.executions.set('arn:execution/2', 'ABORTED');
    await ask(3);
    expect(record()).toMatchObject({ lease: aKey(3), retiring: [aKey(2)] });
  });

  test('R16: one that waits and no longer runs holds nobody up', async () => {
    await ask(2);
    await expect(ask(4)).rejects.toMatchObject(inProgress);
    world.executions.set('arn:execution/4', 'ABORTED');
    await end(2);
    await ask(3);
    expect(record()).toMatchObject({ lease: aKey(3) });
  });

  describe('with recycling or chaos', () => {
    const disturb = (trigger: Lease['trigger']) => {
      world.executions.set('arn:execution/1', 'RUNNING');
      return takeLease('dev', 'hello', { executionArn: 'arn:execution/1', ...aKey(1), trigger }, world.deps);
    };

    test.each(['recycling', 'chaos'] as const)(
      'Y04: a drop that comes meanwhile waits for %s, is told so, and asks it to make way',
      async (trigger) => {
        await disturb(trigger);
        await expect(ask(2)).rejects.toMatchObject({
          ...inProgress,
          message: expect.stringContaining(`busy with ${trigger}`),
        });
        expect(record()).toMatchObject({
          lease: { trigger, abort: { by: 'arn:execution/2' } },
          waiting: { releaseId: aRelease(2).releaseId },
        });
        const before = record();
        await expect(ask(2)).rejects.toMatchObject(inProgress);
        expect(record()).toEqual(before);
        await end(1);
        await ask(2);
      },
    );

    test('Y04: a promotion, which stands in no queue, asks it to make way too', async () => {
      await disturb('recycling');
      await expect(ask(2, { trigger: 'promotion' })).rejects.toMatchObject(inProgress);
      expect(record()).toMatchObject({ lease: { abort: { by: 'arn:execution/2' } } });
      expect(record()).not.toHaveProperty('waiting');
    });

    test('C02: it waits for a rollout, and asks nobody to make way', async () => {
      await ask(2);
      await expect(disturb('chaos')).rejects.toMatchObject(inProgress);
      expect(record().lease).not.toHaveProperty('abort');
      expect(record()).not.toHaveProperty('waiting');
    });

    test('Y04: it does not take a free lease from under a drop that waits for it', async () => {
      await ask(2);
      await expect(ask(3)).rejects.toMatchObject(inProgress);
      await end(2);
      await expect(disturb('recycling')).rejects.toMatchObject({
        ...inProgress,
        message: expect.stringContaining('which waits'),
      });
      expect(record()).not.toHaveProperty('lease');
      world.executions.set('arn:execution/3', 'ABORTED');
      await disturb('recycling');
      expect(record()).toMatchObject({ lease: { trigger: 'recycling' } });
    });

    test('a holder that died is forgotten: what serves is not removed', async () => {
      await disturb('recycling');
      world.documents.all.set(DEV, { ...record(), current: aDeployment(2) });
      world.executions.set('arn:execution/1', 'ABORTED');
      await ask(3);
      expect(record()).not.toHaveProperty('retiring');
    });
  });

  test('a flip that died left no machines of its own', async () => {
    const lease = aLease(1, { trigger: 'flip', configurationDigest: '' });
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease }));
    await ask(2);
    expect(record()).not.toHaveProperty('retiring');
  });
});
