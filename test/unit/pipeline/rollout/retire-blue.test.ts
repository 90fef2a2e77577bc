import { DetachLoadBalancerTargetGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { drainBlue } from '#pipeline/rollout/drain-blue';
import { retireBlue } from '#pipeline/rollout/retire-blue';
import {
  aDeployment,
  aRecord,
  aRelease,
  aRollout,
  DEV,
  targetGroupOf,
} from '#test/helpers/pipeline-fixtures';
import { rolloutWorld, untilDone } from '#test/helpers/rollout-world';
import { autoScalingError } from '#test/helpers/service-error';

let world: ReturnType<typeof rolloutWorld>;

const drain = (n: 1 | 2 = 2) => drainBlue({ rollout: aRollout(n) }, world.deps);
const retire = (n: 1 | 2 = 2) => retireBlue({ rollout: aRollout(n) }, world.deps);

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.traffic.rules = world.traffic.rules.slice(0, 1);
  world.documents.all.set(
    DEV,
    aRecord({
      current: aDeployment(2),
      retiring: [aRelease(1).releaseId],
      lease: { executionArn: 'arn:execution/2', releaseId: aRelease(2).releaseId, since: '' },
    }),
  );
});

describe('drainBlue', () => {
  test('I4: asks to be called again until no target is left', async () => {
    await expect(drain()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    world.traffic.health.set(targetGroupOf(1), ['draining']);
    await expect(drain()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    world.traffic.health.set(targetGroupOf(1), []);
    expect(await drain()).toEqual({ drained: true });
    expect(world.changes).toEqual(['DetachGroup']);
  });

  test('does not mind that the group is being detached already', async () => {
    world.groups.mock.on(DetachLoadBalancerTargetGroupsCommand).rejects(autoScalingError('ValidationError'));
    await expect(drain()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
  });

  test('has nothing to do for the first release of an app', async () => {
    expect(await drain(1)).toEqual({ drained: false });
    expect(world.changes).toEqual([]);
  });
});

describe('retireBlue', () => {
  test('removes the group, then its target group and launch template, then lets the next rollout start', async () => {
    await expect(retire()).rejects.toMatchObject({ name: 'GroupStillThere' });
    expect(world.documents.all.get(DEV)).toHaveProperty('lease');
    expect(await untilDone(retire)).toEqual({ retired: aRelease(1).releaseId });
    expect(world.changes).toEqual(['DeleteGroup', 'DeleteTargetGroup tg/1', 'DeleteLaunchTemplate']);
    expect(world.documents.all.get(DEV)).toEqual({
      ...aRecord({ current: aDeployment(2) }),
      updatedAt: expect.any(String),
    });
  });

  test('R16: a repeated attempt finds nothing to do', async () => {
    await untilDone(retire);
    const changes = world.changes.length;
    await retire();
    expect(world.changes).toHaveLength(changes);
  });

  test('removes nothing for the first release of an app', async () => {
    expect(await retire(1)).toEqual({ retired: null });
    expect(world.changes).toEqual([]);
  });
});
