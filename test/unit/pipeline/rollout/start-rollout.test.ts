import { CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { EnvironmentRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { startRollout } from '#pipeline/rollout/start-rollout';
import { TAG } from '#pipeline/tags';
import { aRule } from '#test/helpers/fake-traffic';
import {
  aDeployment,
  aKey,
  aLease,
  aPlan,
  aRecord,
  aRelease,
  aReplacement,
  anImage,
  DEV,
  someEvidence,
  STACK,
  targetGroupOf,
} from '#test/helpers/pipeline-fixtures';
import { rolloutWorld, untilDone } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const start = (n: 1 | 2 | 3 = 2) => startRollout({ plan: aPlan(n) }, world.deps);

const dev = (): EnvironmentRecord | undefined =>
  world.documents.all.get(DEV) as EnvironmentRecord | undefined;

const tested = (n: number): void => {
  world.documents.all.set(releaseKey(aRelease(n)), {
    ...aRelease(n),
    status: 'rolling-out',
    environments: { dev: { status: 'rolling-out', at: '' } },
    evidence: someEvidence(n),
  });
};

/** Release 1 serves in dev. */
const serving = (machines = 2, more: Partial<EnvironmentRecord> = {}): void => {
  world.launch(1, 'healthy', machines);
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 100 }));
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1), ruleArn: 'arn:rule/app', ...more }));
};

beforeEach(() => {
  world = rolloutWorld();
  for (const n of [1, 2, 3]) tested(n);
  world.digests.set('ami-3', 'sha256:3');
});

describe('startRollout', () => {
  test('launches green in every zone behind a preview rule only', async () => {
    const { rollout } = await start(1);
    expect(world.changes).toEqual(['CreateTargetGroup', 'CreateRule 1 tg/new=1', 'CreateGroup 2']);
    expect(rollout).toMatchObject({ machines: 2, green: { targetGroupArn: 'arn:tg/new' } });
    expect(rollout).not.toHaveProperty('blue');
    const [call] = world.groups.mock.commandCalls(CreateAutoScalingGroupCommand);
    expect(call?.args[0].input).toMatchObject({
      VPCZoneIdentifier: 'subnet-a,subnet-b',
      HealthCheckType: 'ELB',
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      LaunchTemplate: { Version: '1' },
    });
    expect(world.announced).toEqual(['rollout.started']);
  });

  test('notes how long its machines take to start, for whoever replaces them later', async () => {
    const { rollout } = await start(1);
    expect(rollout.green.startTimes).toEqual({
      bootSeconds: someEvidence(1).bootSeconds,
      startSeconds: anImage(1).startSeconds,
    });
  });

  test('notes when the timers of its machines end them, for whoever lets them live longer later', async () => {
    expect((await start(1)).rollout.green).not.toHaveProperty('deadManSeconds');
    world = rolloutWorld();
    tested(1);
    world.configure({ maximumUptimeMinutes: 60, uptimeGraceMinutes: 30 });
    expect((await start(1)).rollout.green).toMatchObject({ deadManSeconds: 5400 });
  });

  test('I1: green has as many machines as blue has now', async () => {
    serving(5);
    const { rollout } = await start();
    expect(rollout).toMatchObject({ machines: 5, blue: aDeployment(1), ruleArn: 'arn:rule/app' });
    expect(world.changes).toContain('CreateGroup 5');
  });

  test('Y05: what a dead replacement left of blue goes first, and green is not larger for it', async () => {
    serving(3, { replacement: aReplacement() });
    expect(await start()).toMatchObject({ rollout: { machines: 2 } });
    expect(world.changes[0]).toBe('Resize 2');
    expect(world.documents.all.get(DEV)).not.toHaveProperty('replacement');
  });

  test('I1: an environment that is just being switched on counts with what it had', async () => {
    serving(0, { off: { since: '', by: 'ann', capacity: { min: 2, desired: 3, max: 6 } } });
    expect(await start()).toMatchObject({ rollout: { machines: 3 } });
  });

  test('I10: everything carries the tags of the release from the call that creates it', async () => {
    await start(1);
    const Tags = expect.arrayContaining([
      { Key: TAG.stack, Value: STACK },
      { Key: TAG.releaseId, Value: aRelease(1).releaseId },
    ]);
    expect(world.traffic.mock.commandCalls(CreateTargetGroupCommand)[0]?.args[0].input).toMatchObject({
      Tags,
    });
  });

  test('R16: a repeated attempt finds what the one before it made', async () => {
    const first = await start(1);
    expect(await start(1)).toEqual(first);
    expect(world.changes).toEqual(['CreateTargetGroup', 'CreateRule 1 tg/new=1', 'CreateGroup 2']);
  });

  test.each([
    ['the image was tampered with', () => world.digests.set('ami-2', 'sha256:other')],
    ['the image lost its digest', () => world.digests.set('ami-2', '')],
    ['nothing was smoke-tested', () => world.documents.all.delete(releaseKey(aRelease(2)))],
  ])('G08: refuses an image when %s', async (_what, tamper) => {
    tamper();
    await expect(start()).rejects.toMatchObject({ name: 'DigestMismatch' });
    expect(world.changes).toEqual([]);
  });

  test('D04 I8: refuses a release that was dropped before the one that serves', async () => {
    world.documents.all.set(DEV, aRecord({ current: aDeployment(3), newestDrop: aRelease(3) }));
    await expect(start()).rejects.toMatchObject({ name: 'ReleaseSuperseded' });
    expect(world.changes).toEqual([]);
  });

  test('I8: a drop older than one that was rolled back from stays out as well', async () => {
    serving(2, { newestDrop: aRelease(3) });
    await expect(start()).rejects.toMatchObject({ name: 'ReleaseSuperseded' });
  });

  test.each(['promotion', 'rollback'] as const)(
    'I8: a person may go back to an older drop: %s',
    async (trigger) => {
      serving(2, { newestDrop: aRelease(3) });
      await startRollout({ plan: aPlan(2, { trigger }) }, world.deps);
      expect(world.changes).toContain('CreateGroup 2');
    },
  );

  test('refuses what serves already', async () => {
    serving();
    await expect(start(1)).rejects.toMatchObject({ name: 'ReleaseAlreadyServes' });
    expect(world.changes).toEqual([]);
  });

  test('I6 R12: waits while another rollout runs', async () => {
    serving(2, { lease: aLease(3) });
    world.executions.set('arn:execution/3', 'RUNNING');
    await expect(start()).rejects.toMatchObject({ name: 'RolloutInProgress' });
    expect(dev()?.lease?.executionArn).toBe('arn:execution/3');
    expect(world.changes).toEqual([]);
  });

  describe('after a rollout that was killed', () => {
    const killed = (): void => {
      serving(2, { lease: aLease(2) });
      world.launch(2);
    };
    const drained = (): void => {
      world.traffic.health.set(targetGroupOf(2), []);
    };

    test('R16 I10: removes its green first, then launches', async () => {
      killed();
      const { rollout } = await untilDone(() => start(3), drained);
      expect(world.changes).toEqual([
        'DeleteRule rule/preview-2',
        'DetachGroup',
        'DeleteGroup',
        'DeleteTargetGroup tg/2',
        'DeleteLaunchTemplate',
        'CreateTargetGroup',
        'CreateRule 2 tg/new=1',
        'CreateGroup 2',
      ]);
      expect(rollout.blue?.releaseId).toBe(aRelease(1).releaseId);
      expect(dev()).not.toHaveProperty('retiring');
      expect(dev()?.lease?.executionArn).toBe('arn:execution/3');
    });

    test('I14: gives blue its full weight back before its green goes', async () => {
      killed();
      const rule = world.traffic.rules.find(({ RuleArn }) => RuleArn === 'arn:rule/app');
      Object.assign(
        rule ?? {},
        aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 0, [targetGroupOf(2)]: 100 }),
      );
      await untilDone(() => start(3), drained);
      expect(world.changes[0]).toBe('ModifyRule tg/1=100');
    });

    test('I7: says of its release that it failed', async () => {
      killed();
      await untilDone(() => start(3), drained);
      expect(world.documents.all.get(releaseKey(aRelease(2)))).toMatchObject({
        status: 'failed',
        reason: 'RolloutAbandoned',
        environments: { dev: { status: 'failed' } },
      });
    });

    test('still knows what to remove when it is itself killed in between', async () => {
      killed();
      await expect(start(3)).rejects.toMatchObject({ name: 'TargetsStillDraining' });
      expect(dev()?.retiring).toEqual([aKey(2)]);
      drained();
      await untilDone(() => start(3));
      expect(dev()).not.toHaveProperty('retiring');
    });

    test('never removes what serves: the killed rollout had made its green current', async () => {
      serving(2, { lease: aLease(1) });
      await start(2);
      expect(world.changes).toEqual(['CreateTargetGroup', 'CreateRule 2 tg/new=1', 'CreateGroup 2']);
    });

    test('removes the blue that it left', async () => {
      serving(2, { retiring: [aKey(2)] });
      world.launch(2);
      await untilDone(() => start(3), drained);
      expect(world.changes).toContain('DeleteGroup');
      expect(dev()).not.toHaveProperty('retiring');
    });
  });
});
