import { CreateRuleCommand, DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createRule, deleteRule, readRules } from '#pipeline/traffic/listener-rule';
import { aRule, fakeTraffic } from '#test/helpers/fake-traffic';
import { elbError } from '#test/helpers/service-error';

let traffic: ReturnType<typeof fakeTraffic>;

beforeEach(() => {
  traffic = fakeTraffic();
});

const create = (priorities: readonly [number, number] = [10, 12]): Promise<string> =>
  createRule(
    {
      listenerArn: 'arn:listener',
      isMade: (rule) => rule.Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn === 'arn:tg/1',
      describe: () => ({
        conditions: [],
        targets: [{ TargetGroupArn: 'arn:tg/1', Weight: 1 }],
        priorities,
        tags: [],
      }),
    },
    traffic.client,
  );

describe('createRule', () => {
  test('takes the lowest free priority of its range', async () => {
    traffic.rules.push(aRule('arn:rule/x', 10, { 'arn:tg/9': 1 }));
    await create();
    expect(traffic.changes).toEqual(['CreateRule 11 tg/1=1']);
  });

  test('looks again when someone else takes the priority in between', async () => {
    traffic.mock
      .on(DescribeRulesCommand)
      .resolvesOnce({ Rules: [] })
      .callsFake(() => ({ Rules: traffic.rules }));
    traffic.rules.push(aRule('arn:rule/x', 10, { 'arn:tg/9': 1 }));
    await create();
    expect(traffic.changes).toEqual(['CreateRule 11 tg/1=1']);
  });

  test('a lost answer to the creation does not make a second rule', async () => {
    traffic.mock.on(CreateRuleCommand).callsFakeOnce(() => {
      traffic.rules.push(aRule('arn:rule/made', 10, { 'arn:tg/1': 1 }));
      throw elbError('PriorityInUseException');
    });
    expect(await create()).toBe('arn:rule/made');
    expect(traffic.rules).toHaveLength(2);
  });

  test('a repeated call finds the rule of the first', async () => {
    expect(await create()).toBe(await create());
    expect(traffic.changes).toHaveLength(1);
  });

  test('says that its range is full', async () => {
    traffic.rules.push(aRule('arn:rule/x', 10, { 'arn:tg/9': 1 }));
    await expect(create([10, 10])).rejects.toThrow('no free rule priority from 10 to 10');
  });

  test('gives up after twenty lost races', async () => {
    traffic.mock.on(CreateRuleCommand).rejects(elbError('PriorityInUseException'));
    await expect(create()).rejects.toThrow('PriorityInUse');
    expect(traffic.mock.commandCalls(CreateRuleCommand)).toHaveLength(20);
  });
});

test('reads every page of a listener', async () => {
  traffic.mock
    .on(DescribeRulesCommand)
    .resolvesOnce({ Rules: [{ RuleArn: 'a' }], NextMarker: 'm' })
    .resolvesOnce({ Rules: [{ RuleArn: 'b' }] });
  expect(await readRules('arn:listener', traffic.client)).toEqual([{ RuleArn: 'a' }, { RuleArn: 'b' }]);
});

test('is content with a rule that is gone', async () => {
  await deleteRule('arn:rule/gone', traffic.client);
  expect(traffic.changes).toEqual([]);
});
