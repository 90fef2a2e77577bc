import { DetachLoadBalancerTargetGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { releaseKey } from '#pipeline/release/release-record';
import { retireDeployment } from '#pipeline/rollout/retire-deployment';
import {
  aDeployment,
  aKey,
  aLease,
  aRecord,
  aRelease,
  DEV,
  targetGroupOf,
} from '#test/helpers/pipeline-fixtures';
import { rolloutWorld, untilDone } from '#test/helpers/rollout-world';
import { autoScalingError } from '#test/helpers/service-error';

let world: ReturnType<typeof rolloutWorld>;

const retire = () =>
  retireDeployment({ app: 'hello', environment: 'dev', deployment: aKey(1), at: '' }, world.deps);

const drained = (): void => {
  world.traffic.health.set(targetGroupOf(1), []);
};

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.documents.all.set(DEV, aRecord({ current: aDeployment(2), retiring: [aKey(1)] }));
});

describe('retireDeployment', () => {
  test('I4: no machine goes before its requests are done', async () => {
    await expect(retire()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    world.traffic.health.set(targetGroupOf(1), ['draining']);
    await expect(retire()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    expect(world.changes).toEqual(['DeleteRule rule/preview-1', 'DetachGroup']);
  });

  test('I4: machines that no rule names any more may still have requests', async () => {
    world.traffic.rules = world.traffic.rules.slice(0, 1);
    world.traffic.health.set(targetGroupOf(1), ['unused', 'unused']);
    await expect(retire()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    expect(world.changes).toEqual(['DetachGroup']);
  });

  test('removes the group, then its target group and launch template, and forgets it', async () => {
    expect(await untilDone(retire, drained)).toEqual({ retired: true });
    expect(world.changes.slice(2)).toEqual(['DeleteGroup', 'DeleteTargetGroup tg/1', 'DeleteLaunchTemplate']);
    expect(world.documents.all.get(DEV)).not.toHaveProperty('retiring');
  });

  test('R16: a repeated attempt finds nothing to do', async () => {
    await untilDone(retire, drained);
    const changes = world.changes.length;
    await retire();
    expect(world.changes).toHaveLength(changes);
  });

  test('does not mind that the group is being detached already', async () => {
    world.groups.mock.on(DetachLoadBalancerTargetGroupsCommand).rejects(autoScalingError('ValidationError'));
    await expect(retire()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
  });

  test('leaves machines alone that serve again', async () => {
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1) }));
    expect(await retire()).toEqual({ retired: false });
    expect(world.changes).toEqual([]);
  });

  test('leaves machines alone that are rolled out again, until that rollout is dead', async () => {
    world.documents.all.set(DEV, aRecord({ current: aDeployment(2), lease: aLease(1) }));
    world.executions.set('arn:execution/1', 'RUNNING');
    expect(await retire()).toEqual({ retired: false });
    expect(world.changes).toEqual([]);
    world.executions.set('arn:execution/1', 'ABORTED');
    world.documents.all.set(releaseKey(aRelease(1)), {
      ...aRelease(1),
      status: 'rolling-out',
      environments: { dev: { status: 'rolling-out', at: '' } },
    });
    expect(await untilDone(retire, drained)).toEqual({ retired: true });
    expect(world.documents.all.get(DEV)).not.toHaveProperty('lease');
    expect(world.documents.all.get(releaseKey(aRelease(1)))).toMatchObject({
      environments: { dev: { status: 'failed', reason: 'RolloutAbandoned' } },
    });
  });

  test('says of a rollout that was killed and whose lease somebody else struck out that it was abandoned', async () => {
    const status = { status: 'rolling-out', environments: { dev: { status: 'rolling-out', at: '' } } };
    const key = releaseKey(aRelease(1));
    world.documents.all.set(key, { ...aRelease(1), ...status });
    world.documents.all.set(
      DEV,
      aRecord({
        current: aDeployment(2),
        retiring: [aKey(1)],
        waiting: { ...aLease(1), key: '', droppedAt: '', sequencer: '' },
      }),
    );
    await untilDone(retire, drained);
    expect(world.documents.all.get(key)).toMatchObject({ status: 'rolling-out' });
    world.documents.all.set(DEV, aRecord({ current: aDeployment(2), retiring: [aKey(1)] }));
    await retire();
    expect(world.documents.all.get(key)).toMatchObject({ status: 'failed', reason: 'RolloutAbandoned' });
  });

  test('takes warm machines when their time is over, not while a rollback may want them', async () => {
    const warm = { deployment: aDeployment(1), until: '' };
    const lease = aLease(1, { trigger: 'flip' });
    world.documents.all.set(DEV, aRecord({ current: aDeployment(2), warm, lease }));
    world.executions.set(lease.executionArn, 'RUNNING');
    await expect(retire()).rejects.toMatchObject({ name: 'RolloutInProgress' });
    expect(world.changes).toEqual([]);
    world.executions.set(lease.executionArn, 'SUCCEEDED');
    await untilDone(retire, drained);
    expect(world.documents.all.get(DEV)).not.toHaveProperty('warm');
  });
});
