import { beforeEach, describe, expect, test } from '@jest/globals';
import type { EnvironmentRecord } from '#pipeline/model';
import type { RolloutProgress } from '#pipeline/rollout/rollout-progress';
import { releaseKey } from '#pipeline/release/release-record';
import { flipTraffic } from '#pipeline/rollback/flip-traffic';
import { planRollback } from '#pipeline/rollback/plan-rollback';
import { aRule } from '#test/helpers/fake-traffic';
import {
  aDeployment,
  aKey,
  aLease,
  aRecord,
  aRelease,
  aReplacement,
  DEV,
  targetGroupOf,
} from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const request = { app: 'hello', environment: 'dev', requestedBy: 'ann', executionArn: 'arn:execution/back' };
const plan = () => planRollback(request, world.deps);
const flip = () =>
  flipTraffic({ ...request, from: aRelease(2).releaseId, to: aRelease(1).releaseId }, world.deps);

const record = (): EnvironmentRecord => world.documents.all.get(DEV) as EnvironmentRecord;

/** Release 2 serves, release 1 did before. */
const after = (more: Partial<EnvironmentRecord> = {}): void => {
  world.documents.all.set(
    DEV,
    aRecord({ current: aDeployment(2), previous: [aDeployment(1)], ruleArn: 'arn:rule/app', ...more }),
  );
};
const aProgress = (n: number): RolloutProgress => ({
  releaseId: aRelease(n).releaseId,
  version: aRelease(n).version,
  phase: 'judging',
  step: 0,
  steps: [10, 100],
  weight: 10,
  note: '',
  at: '',
});
const warm = { deployment: aDeployment(1), until: '2099-01-01T00:00:00Z' };

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.launch(2);
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(2)]: 100 }));
  for (const n of [1, 2])
    world.documents.all.set(releaseKey(aRelease(n)), { ...aRelease(n), status: 'live' });
});

describe('planRollback', () => {
  test('tells a rollout under way to undo itself', async () => {
    after({ current: aDeployment(1), lease: aLease(2) });
    world.executions.set('arn:execution/2', 'RUNNING');
    expect(await plan()).toEqual({ kind: 'abort', from: aRelease(2).releaseId, to: aRelease(1).releaseId });
    expect(record().lease?.abort).toMatchObject({ by: 'ann' });
    expect(await plan()).toMatchObject({ kind: 'abort' });
  });

  test.each(['recycling', 'chaos'] as const)(
    'Y04: %s under way is nothing to undo: the way back waits for it',
    async (trigger) => {
      const lease = aLease(2, { trigger, abort: { by: 'arn:execution/3', at: '' } });
      after({ lease });
      world.executions.set('arn:execution/2', 'RUNNING');
      expect(await plan()).toMatchObject({ kind: 'rollout', to: aRelease(1).releaseId });
      expect(record().lease).toEqual(lease);
      after({ lease, warm });
      expect(await plan()).toMatchObject({ kind: 'flip' });
      await expect(flip()).rejects.toMatchObject({ name: 'RolloutInProgress' });
    },
  );

  test('gives the traffic back to machines that are warm', async () => {
    after({ warm });
    expect(await plan()).toEqual({ kind: 'flip', from: aRelease(2).releaseId, to: aRelease(1).releaseId });
  });

  test('rolls what served well before out again, with the configuration that it had', async () => {
    const configuration = { digest: 'old', parameters: { LIMIT: '3' } };
    after({ previous: [aDeployment(1, { configuration })] });
    expect(await plan()).toEqual({
      kind: 'rollout',
      from: aRelease(2).releaseId,
      to: aRelease(1).releaseId,
      configuration,
    });
  });

  test('R19: passes over a release whose image is gone before anything starts', async () => {
    after({ previous: [aDeployment(3), aDeployment(1)] });
    expect(await plan()).toMatchObject({ kind: 'rollout', to: aRelease(1).releaseId });
    world.digests.delete('ami-1');
    await expect(plan()).rejects.toMatchObject({
      name: 'NothingToRollBackTo',
      message: expect.stringContaining('the images of all 2 earlier releases are gone'),
    });
  });

  test('says plainly that the first release has nothing before it', async () => {
    after({ previous: [] });
    await expect(plan()).rejects.toMatchObject({ message: expect.stringContaining('is its first release') });
  });

  test('R16: takes away what a killed rollout left, and not what serves', async () => {
    const progress = aProgress(3);
    after({ current: aDeployment(2), lease: aLease(3), progress });
    const undone = {
      kind: 'abort',
      from: aRelease(3).releaseId,
      to: aRelease(2).releaseId,
      retirement: { app: 'hello', environment: 'dev', deployment: aKey(3) },
    };
    expect(await plan()).toMatchObject(undone);
    expect(record().retiring).toEqual([aKey(3)]);
    // A repeated attempt does not go back once more.
    expect(await plan()).toMatchObject(undone);
  });

  test('does not wait for a rollout that is dead and had no machines yet', async () => {
    after({ current: aDeployment(2), warm, lease: aLease(3) });
    expect(await plan()).toMatchObject({ kind: 'flip' });
  });
});

describe('flipTraffic', () => {
  beforeEach(() => {
    after({ warm });
  });

  test('gives all traffic back in one change and lets the other machines go', async () => {
    const { retirement } = await flip();
    expect(world.changes).toEqual(['ModifyRule tg/1=100', 'DeleteRule rule/preview-1']);
    expect(record()).toMatchObject({ current: { releaseId: aRelease(1).releaseId }, retiring: [aKey(2)] });
    expect(record()).not.toHaveProperty('warm');
    expect(record()).not.toHaveProperty('lease');
    expect(record().previous).toEqual([]);
    expect(retirement.deployment).toEqual(aKey(2));
    expect(world.announced).toEqual(['rollback.finished']);
    expect(world.documents.all.get(releaseKey(aRelease(2)))).toMatchObject({
      environments: { dev: { status: 'rolled-back' } },
    });
  });

  test('R05: machines that were scaled down come back to full strength before they get any traffic', async () => {
    const group = world.groups.groups.get(aDeployment(1).groupName);
    if (group !== undefined) group.DesiredCapacity = 1;
    world.traffic.health.set(targetGroupOf(1), ['healthy']);
    await expect(flip()).rejects.toMatchObject({ name: 'TargetsNotHealthyYet' });
    expect(world.changes).toEqual(['Resize 2']);
    world.traffic.health.set(targetGroupOf(1), ['healthy', 'healthy']);
    await flip();
    expect(world.changes).toContain('ModifyRule tg/1=100');
  });

  test('Y05: what a dead replacement left counts for nothing, and is forgotten with its machines', async () => {
    const group = world.groups.groups.get(aDeployment(2).groupName);
    if (group !== undefined) group.DesiredCapacity = 3;
    const recycling = { groupName: aDeployment(2).groupName, failures: 2 };
    after({ warm, replacement: aReplacement(2), recycling });
    await flip();
    expect(world.changes.filter((change) => change.startsWith('Resize'))).toEqual([]);
    expect(record()).not.toHaveProperty('replacement');
    expect(record()).not.toHaveProperty('recycling');
  });

  test('R16: a repeated attempt ends where the first did', async () => {
    const first = await flip();
    const changes = world.changes.length;
    expect(await flip()).toMatchObject({ retirement: { deployment: first.retirement.deployment } });
    expect(world.changes).toHaveLength(changes);
  });

  test('says that the machines went meanwhile', async () => {
    after();
    await expect(flip()).rejects.toMatchObject({ name: 'NothingToRollBackTo' });
    expect(world.changes).toEqual([]);
  });
});
