import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import type { Activity, Instance } from '@aws-sdk/client-auto-scaling';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { waitForHealthyTargets } from '#pipeline/rollout/wait-for-healthy-targets';
import { aDeployment, aLease, aRecord, aRollout, DEV, targetGroupOf } from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const wait = () => waitForHealthyTargets({ rollout: aRollout() }, world.deps);

const activities = (...list: Partial<Activity>[]): void => {
  world.groups.mock.on(DescribeScalingActivitiesCommand).resolves({ Activities: list as Activity[] });
};

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.launch(2);
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(2) }));
});

describe('waitForHealthyTargets', () => {
  test('ends when every target is healthy', async () => {
    expect(await wait()).toMatchObject({ rollout: { machines: 2 } });
  });

  test('sees within one look that the last target becomes healthy', async () => {
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'initial']);
    const delay = (): Promise<void> => {
      world.traffic.health.set(targetGroupOf(2), ['healthy', 'healthy']);
      return Promise.resolve();
    };
    const deps = { ...world.deps, clock: { ...world.deps.clock, delay } };
    expect(await waitForHealthyTargets({ rollout: aRollout() }, deps)).toMatchObject({
      rollout: { machines: 2 },
    });
  });

  test.each([
    [['healthy'], '1 of 2'],
    [['healthy', 'initial'], '1 of 2'],
    [['healthy', 'healthy', 'unhealthy'], '2 of 2'],
    [['healthy', 'healthy', 'draining'], '2 of 2'],
    [[], 'none registered'],
  ] as const)('asks to be called again for %j', async (states, message) => {
    world.traffic.health.set(targetGroupOf(2), [...states]);
    await expect(wait()).rejects.toMatchObject({
      name: 'TargetsNotHealthyYet',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['R15', 'launches fail', { StatusCode: 'Failed', Cause: 'no capacity' } as const],
    [
      'Y02',
      'machines end',
      {
        StatusCode: 'Successful',
        Description: 'Terminating EC2 instance: i-1',
        Cause: 'no capacity',
      } as const,
    ],
  ])('%s: gives up when %s again and again, and says why', async (_id, _what, activity) => {
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'unhealthy']);
    activities(activity, activity);
    await expect(wait()).rejects.toMatchObject({ name: 'TargetsNotHealthyYet' });
    activities(activity, activity, activity);
    await expect(wait()).rejects.toMatchObject({
      name: 'MachinesKeepFailing',
      message: expect.stringContaining('no capacity'),
    });
  });

  test('does not hold the failures of an earlier group of the same name against a release that comes back', async () => {
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'initial']);
    const created = new Date('2026-01-01T00:00:00Z');
    for (const group of world.groups.groups.values()) group.CreatedTime = created;
    const failed = (seconds: number): Partial<Activity> => ({
      StatusCode: 'Failed',
      StartTime: new Date(created.getTime() + seconds * 1000),
    });
    activities(failed(-3), failed(-2), failed(-1), failed(0), failed(1));
    await expect(wait()).rejects.toMatchObject({ name: 'TargetsNotHealthyYet' });
    activities(failed(0), failed(1), failed(2));
    await expect(wait()).rejects.toMatchObject({ name: 'MachinesKeepFailing' });
  });

  test('R22: refuses healthy machines of another image', async () => {
    world.wrongImages.set('i-2-1', 'ami-1');
    await expect(wait()).rejects.toMatchObject({ name: 'WrongImage' });
  });

  test('looks at the image of a machine once, and of one that replaces it too', async () => {
    const { rollout } = await wait();
    world.wrongImages.set('i-2-0', 'ami-1');
    expect(await waitForHealthyTargets({ rollout }, world.deps)).toMatchObject({ rollout: { machines: 2 } });
    world.wrongImages.set('i-2-2', 'ami-1');
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'healthy', 'healthy']);
    await expect(waitForHealthyTargets({ rollout }, world.deps)).rejects.toMatchObject({
      name: 'WrongImage',
    });
  });

  test('leaves the look at machines that it knows to the shift, and looks at ones that are new', async () => {
    const { rollout } = await wait();
    const next = { ...rollout, step: 1 };
    const green = world.groups.groups.get(aDeployment(2).groupName);
    const run = (...ids: string[]): void => {
      if (green !== undefined)
        green.Instances = ids.map((InstanceId) => ({ InstanceId, LifecycleState: 'InService' }) as Instance);
    };
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'unhealthy']);
    run('i-2-0', 'i-2-1');
    await waitForHealthyTargets({ rollout: next }, world.deps);
    for (const ids of [['i-2-0', 'i-2-9'], ['i-2-0'], ['i-2-0', 'i-2-1', 'i-2-9']]) {
      run(...ids);
      await expect(waitForHealthyTargets({ rollout: next }, world.deps)).rejects.toMatchObject({
        name: 'TargetsNotHealthyYet',
      });
    }
  });

  test("R07: green follows blue's capacity when somebody changes it meanwhile", async () => {
    const blue = world.groups.groups.get(aDeployment(1).groupName);
    if (blue !== undefined) blue.DesiredCapacity = 4;
    await expect(wait()).rejects.toMatchObject({ message: expect.stringContaining('2 of 4') });
    expect(world.changes).toEqual(['Resize 4']);
    world.traffic.health.set(
      targetGroupOf(2),
      [1, 2, 3, 4].map(() => 'healthy'),
    );
    expect(await wait()).toMatchObject({ rollout: { machines: 4 } });
  });

  test('I2: a canary grows with its share before it gets the share', async () => {
    world = rolloutWorld();
    world.launch(1, 'healthy', 4);
    world.launch(2, 'healthy', 1);
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(2) }));
    const strategy = {
      ...aRollout().strategy,
      canaryMachines: 1,
      steps: [10, 50, 100].map((weight) => ({ weight, pauseSeconds: 0 })),
    };
    const waitAt = (step: number) =>
      waitForHealthyTargets({ rollout: aRollout(2, { strategy, step }) }, world.deps);
    await waitAt(0);
    await expect(waitAt(1)).rejects.toMatchObject({ message: expect.stringContaining('1 of 2') });
    await expect(waitAt(2)).rejects.toMatchObject({ message: expect.stringContaining('1 of 4') });
    expect(world.changes).toEqual(['Resize 2', 'Resize 4']);
  });

  test('R04: stops waiting once somebody wants the rollout undone', async () => {
    const lease = aLease(2, { abort: { by: 'ann', at: '' } });
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease }));
    await expect(wait()).rejects.toMatchObject({ name: 'RolloutAborted' });
  });
});
