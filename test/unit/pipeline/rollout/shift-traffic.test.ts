import { ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { shiftTraffic } from '#pipeline/rollout/shift-traffic';
import { aRule } from '#test/helpers/fake-traffic';
import { aRollout, targetGroupOf } from '#test/helpers/pipeline-fixtures';
import { rolloutWorld } from '#test/helpers/rollout-world';

let world: ReturnType<typeof rolloutWorld>;

const shift = (n: 1 | 2 = 2) => shiftTraffic({ rollout: aRollout(n) }, world.deps);

beforeEach(() => {
  world = rolloutWorld();
  world.launch(1);
  world.launch(2);
  world.traffic.rules.push(aRule('arn:rule/app', 49_999, { [targetGroupOf(1)]: 100 }));
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
    expect(await shift()).toEqual(await shift());
    expect(new Set(world.changes).size).toBe(1);
  });

  test('the first release of an app gets a rule of its own, once', async () => {
    world.traffic.rules = world.traffic.rules.filter(({ RuleArn }) => RuleArn !== 'arn:rule/app');
    const first = await shift(1);
    expect(await shift(1)).toEqual(first);
    expect(world.changes.filter((change) => change.startsWith('CreateRule'))).toEqual([
      'CreateRule 49999 tg/1=1',
    ]);
  });

  test('R14: makes the rule anew where someone removed it', async () => {
    world.traffic.rules = world.traffic.rules.filter(({ RuleArn }) => RuleArn !== 'arn:rule/app');
    const { rollout } = await shift();
    expect(rollout.ruleArn).not.toBe('arn:rule/app');
    expect(world.changes).toEqual(['CreateRule 49999 tg/2=1', 'ModifyRule tg/2=100,tg/1=0']);
  });
});
