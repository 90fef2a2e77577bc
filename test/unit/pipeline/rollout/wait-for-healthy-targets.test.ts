import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import type { Activity } from '@aws-sdk/client-auto-scaling';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { waitForHealthyTargets } from '#pipeline/rollout/wait-for-healthy-targets';
import { aRollout, targetGroupOf } from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const wait = () => waitForHealthyTargets({ rollout: aRollout() }, world.deps);

const activities = (...list: Partial<Activity>[]): void => {
  world.groups.mock.on(DescribeScalingActivitiesCommand).resolves({ Activities: list as Activity[] });
};

beforeEach(() => {
  world = rolloutWorld();
  world.launch(2);
});

describe('waitForHealthyTargets', () => {
  test('ends when every target is healthy', async () => {
    expect(await wait()).toEqual({ healthy: 2 });
  });

  test('sees within one look that the last target becomes healthy', async () => {
    world.traffic.health.set(targetGroupOf(2), ['healthy', 'initial']);
    const delay = (): Promise<void> => {
      world.traffic.health.set(targetGroupOf(2), ['healthy', 'healthy']);
      return Promise.resolve();
    };
    const deps = { ...world.deps, clock: { ...world.deps.clock, delay } };
    expect(await waitForHealthyTargets({ rollout: aRollout() }, deps)).toEqual({ healthy: 2 });
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
});
