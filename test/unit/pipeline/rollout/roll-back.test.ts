import { DescribeTargetHealthCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { forwardsTo } from '#pipeline/traffic/listener-rule';
import { rollBack } from '#pipeline/rollout/roll-back';
import { aRule } from '#test/helpers/fake-traffic';
import {
  aDeployment,
  aLease,
  aPlan,
  aRecord,
  aRelease,
  DEV,
  targetGroupOf,
} from '#test/helpers/pipeline-fixtures';
import { rolloutWorld, untilDone } from '#test/helpers/rollout-world';
import { elbError } from '#test/helpers/service-error';

let world: ReturnType<typeof rolloutWorld>;

const lease = aLease(2);
const cause = JSON.stringify({ errorType: 'TargetsNotHealthyYet', errorMessage: '1 of 2' });

const back = (n: 1 | 2 = 2) =>
  rollBack(
    {
      app: 'hello',
      releaseId: aRelease(n).releaseId,
      environment: 'dev',
      executionArn: 'arn:execution/2',
      plan: aPlan(n),
      error: 'TargetsNotHealthyYet',
      cause,
    },
    world.deps,
  );

const drained = (): void => {
  world.traffic.health.set(targetGroupOf(2), []);
};

/** Release 1 serves, release 2 is beside it with that share of the traffic. */
const shifted = (share: number | undefined, health: 'healthy' | 'unhealthy' = 'healthy'): void => {
  world.launch(1);
  world.launch(2, health);
  const weights = {
    [targetGroupOf(1)]: 100 - (share ?? 0),
    ...(share === undefined ? {} : { [targetGroupOf(2)]: share }),
  };
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, weights));
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1), ruleArn: 'arn:rule/app', lease }));
};

beforeEach(() => {
  world = rolloutWorld();
});

describe('rollBack', () => {
  test.each([100, 50, 0])(
    "I14 R04: blue's full weight first, then green drains and goes (green had %d %%)",
    async (share) => {
      shifted(share);
      expect(await untilDone(back, drained)).toEqual({ reason: 'TargetsNotHealthyYet', message: '1 of 2' });
      expect(world.changes).toEqual([
        'ModifyRule tg/1=100',
        'DeleteRule rule/preview-2',
        'DetachGroup',
        'DeleteGroup',
        'DeleteTargetGroup tg/2',
        'DeleteLaunchTemplate',
      ]);
      expect(world.clock.waited()).toBeGreaterThanOrEqual(2000);
    },
  );

  describe('when blue was out of the rule already, where nobody checks its health', () => {
    const outOfRule = (): void => {
      shifted(100);
      world.traffic.rules.splice(
        0,
        Infinity,
        ...world.traffic.rules.filter((rule) => !forwardsTo(rule, targetGroupOf(1))),
      );
      world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(2)]: 100 }));
      world.traffic.health.set(targetGroupOf(1), ['initial', 'initial']);
    };

    test('R04 in FinishRollout: its targets are found healthy before it gets the traffic', async () => {
      outOfRule();
      world.traffic.mock
        .on(DescribeTargetHealthCommand, { TargetGroupArn: targetGroupOf(1) })
        .callsFake(() => ({
          TargetHealthDescriptions: [
            { TargetHealth: { State: 'healthy' } },
            { TargetHealth: { State: world.clock.waited() < 1500 ? 'initial' : 'healthy' } },
          ],
        }));
      await expect(back()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
      expect(world.changes.slice(0, 2)).toEqual(['ModifyRule tg/2=100,tg/1=0', 'ModifyRule tg/1=100']);
      expect(world.clock.waited()).toBeGreaterThanOrEqual(1500);
    });

    test('I14: it gets the traffic all the same where they do not become healthy', async () => {
      outOfRule();
      await expect(back()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
      expect(world.changes.slice(0, 2)).toEqual(['ModifyRule tg/2=100,tg/1=0', 'ModifyRule tg/1=100']);
    });
  });

  test('I4: no machine of green goes while its requests are not done', async () => {
    shifted(100);
    await expect(back()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    await expect(back()).rejects.toMatchObject({ name: 'TargetsStillDraining' });
    expect(world.changes).not.toContain('DeleteGroup');
  });

  test('machines that never were healthy go at once', async () => {
    shifted(undefined, 'unhealthy');
    await expect(back()).rejects.toMatchObject({ name: 'GroupStillThere' });
    expect(world.changes).toEqual(['DeleteRule rule/preview-2', 'DeleteGroup']);
  });

  test('R03 L12: no target of green leaves the balancer while the weights of blue do not read back', async () => {
    shifted(100);
    world.traffic.mock.on(ModifyRuleCommand).resolves({});
    await expect(back()).rejects.toMatchObject({ name: 'WeightsNotEffective' });
    expect(world.changes).toEqual([]);
  });

  test('R16: goes on where an attempt before it was killed', async () => {
    shifted(100);
    world.traffic.mock.on(ModifyRuleCommand).rejectsOnce(elbError('Throttling'));
    await expect(back()).rejects.toThrow('Throttling');
    world.traffic.mock.on(ModifyRuleCommand).callsFake(({ Actions = [] }: ModifyRuleCommand['input']) => {
      const rule = world.traffic.rules.find(({ RuleArn }) => RuleArn === 'arn:rule/app');
      if (rule !== undefined) rule.Actions = Actions;
      return {};
    });
    await untilDone(back, drained);
    expect(world.groups.groups.size).toBe(1);
  });

  test('touches nothing when green never existed', async () => {
    world.launch(1);
    world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease }));
    await back();
    expect(world.changes).toEqual([]);
    expect(world.documents.all.get(DEV)).not.toHaveProperty('lease');
  });

  test('makes no document where there is none', async () => {
    await back();
    expect([...world.documents.all.keys()]).toEqual([ENVIRONMENTS_KEY]);
  });

  test("leaves another rollout's lease alone", async () => {
    const record = aRecord({ current: aDeployment(1), lease: { ...lease, executionArn: 'arn:execution/3' } });
    world.documents.all.set(DEV, record);
    await back();
    expect((world.documents.all.get(DEV) as EnvironmentRecord).lease?.executionArn).toBe('arn:execution/3');
  });

  test('removes the rule of an app whose first release failed', async () => {
    world.launch(2);
    world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(2)]: 100 }));
    world.documents.all.set(DEV, aRecord({ lease }));
    await untilDone(back, drained);
    expect(world.changes[0]).toBe('DeleteRule rule/app');
    expect(world.groups.groups.size).toBe(0);
  });

  test('never removes a release that serves, and says so', async () => {
    world.launch(2);
    world.documents.all.set(DEV, aRecord({ current: aDeployment(2), lease }));
    await expect(back()).rejects.toMatchObject({ name: 'ReleaseLive' });
    expect(world.changes).toEqual([]);
    expect(world.documents.all.get(DEV)).toHaveProperty('lease');
  });

  test('says of the release as a whole that it ended, which nobody else does for a promotion', async () => {
    const key = releaseKey(aRelease(2));
    world.documents.all.set(key, { ...aRelease(2), status: 'rolling-out', updatedAt: '' });
    shifted(50);
    await untilDone(back, drained);
    expect(world.documents.all.get(key)).toMatchObject({
      status: 'failed',
      reason: 'TargetsNotHealthyYet',
      environments: { dev: { status: 'rolled-back' } },
    });
  });

  test('gives the lease back only when green is gone', async () => {
    shifted(100);
    await expect(back()).rejects.toThrow();
    expect(world.documents.all.get(DEV)).toHaveProperty('lease');
    await untilDone(back, drained);
    expect(world.documents.all.get(DEV)).not.toHaveProperty('lease');
    expect(world.announced).toEqual(['rollout.rolled-back']);
  });
});
