import { ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { shiftTraffic } from '#pipeline/rollout/shift-traffic';
import { aRule } from '#test/helpers/fake-traffic';
import { aDeployment, aLease, aRecord, aRollout, DEV, targetGroupOf } from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const shift = (n: 1 | 2 = 2) => shiftTraffic({ rollout: aRollout(n) }, world.deps);

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.launch(2);
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 100 }));
  world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(2) }));
});

describe('shiftTraffic', () => {
  test('moves all traffic to green in one change', async () => {
    expect(await shift()).toMatchObject({ rollout: { ruleArn: 'arn:rule/app' } });
    expect(world.changes).toEqual(['ModifyRule tg/2=100,tg/1=0']);
    expect(world.announced).toEqual(['rollout.shifted']);
  });

  test.each([['unhealthy'], ['initial'], ['draining'], ['unused']] as const)(
    'I2: changes nothing when a target of green is %s',
    async (state) => {
      world.traffic.health.set(targetGroupOf(2), ['healthy', state]);
      await expect(shift()).rejects.toMatchObject({ name: 'TargetsNotHealthyYet' });
      expect(world.changes).toEqual([]);
    },
  );

  test('L07: changes nothing when green has no targets', async () => {
    world.traffic.health.set(targetGroupOf(2), []);
    await expect(shift()).rejects.toMatchObject({ name: 'TargetsNotHealthyYet' });
  });

  test('R03: fails when the weights do not read back', async () => {
    world.traffic.mock.on(ModifyRuleCommand).resolves({});
    await expect(shift()).rejects.toMatchObject({ name: 'WeightsNotEffective' });
    expect(world.announced).toEqual([]);
  });

  test('R16: a repeated attempt ends where the first did', async () => {
    await shift();
    await shift();
    expect(new Set(world.changes).size).toBe(1);
  });

  test('the first release of an app gets a rule of its own, once', async () => {
    world.traffic.rules = world.traffic.rules.filter(({ RuleArn }) => RuleArn !== 'arn:rule/app');
    world.documents.all.set(DEV, aRecord({ lease: aLease(1) }));
    const first = await shift(1);
    expect(await shift(1)).toMatchObject({ rollout: { ruleArn: first.rollout.ruleArn } });
    expect(world.changes.filter((change) => change.startsWith('CreateRule'))).toEqual([
      'CreateRule 49999 tg/1=1',
    ]);
  });

  test('R14: makes the rule anew where someone removed it', async () => {
    world.traffic.rules = world.traffic.rules.filter(({ RuleArn }) => RuleArn !== 'arn:rule/app');
    const { rollout } = await shift();
    expect(rollout.ruleArn).not.toBe('arn:rule/app');
    expect(world.changes).toEqual(['CreateRule 49999 tg/1=1', 'ModifyRule tg/2=100,tg/1=0']);
  });

  describe('in steps', () => {
    const strategy = {
      ...aRollout().strategy,
      steps: [10, 50, 100].map((weight) => ({ weight, pauseSeconds: 0 })),
    };
    const shiftTo = (step: number) => shiftTraffic({ rollout: aRollout(2, { strategy, step }) }, world.deps);

    test('gives green its share and blue the rest, one change a step', async () => {
      for (const step of [0, 1, 2]) await shiftTo(step);
      expect(world.changes).toEqual([
        'ModifyRule tg/2=10,tg/1=90',
        'ModifyRule tg/2=50,tg/1=50',
        'ModifyRule tg/2=100,tg/1=0',
      ]);
    });

    test('counts on from where the step before ended', async () => {
      const counts = { green: { requests: 7, errors: 0 }, blue: { requests: 60, errors: 1 } };
      const judged = { ...strategy, judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.05 } };
      await shiftTo(0);
      const rollout = aRollout(2, { strategy: judged, step: 1, shiftedAt: '', stepCounts: counts });
      expect((await shiftTraffic({ rollout }, world.deps)).rollout.stepCounts).toEqual(counts);
    });

    test('R14: changes nothing where somebody else changed the weights', async () => {
      await shiftTo(0);
      Object.assign(
        world.traffic.rules.find(({ RuleArn }) => RuleArn === 'arn:rule/app') ?? {},
        aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 70, [targetGroupOf(2)]: 30 }),
      );
      await expect(shiftTo(1)).rejects.toMatchObject({ name: 'TrafficDrift' });
      expect(world.changes).toHaveLength(1);
    });

    test("R21 I11: leaves a rule alone that carries someone else's target group", async () => {
      Object.assign(
        world.traffic.rules.find(({ RuleArn }) => RuleArn === 'arn:rule/app') ?? {},
        aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 50, 'arn:tg/foreign': 50 }),
      );
      await expect(shiftTo(0)).rejects.toMatchObject({ name: 'RuleOccupied' });
      expect(world.changes).toEqual([]);
    });

    test('R04: changes nothing once somebody wants the rollout undone', async () => {
      const lease = aLease(2, { abort: { by: 'ann', at: '' } });
      world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease }));
      await expect(shiftTo(0)).rejects.toMatchObject({ name: 'RolloutAborted' });
      expect(world.changes).toEqual([]);
    });

    test('changes nothing when another rollout has taken the lease over', async () => {
      world.documents.all.set(DEV, aRecord({ current: aDeployment(1), lease: aLease(3) }));
      await expect(shiftTo(0)).rejects.toMatchObject({ name: 'LeaseLost' });
      expect(world.changes).toEqual([]);
    });
  });
});
