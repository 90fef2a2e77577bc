import {
  CreateRuleCommand,
  DescribeRulesCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createAppRule, findAppRule, setWeights } from '#pipeline/traffic/app-rule';
import { aRule, fakeTraffic } from '#test/helpers/fake-traffic';
import { instantClock } from '#test/helpers/instant-clock';
import { elbError } from '#test/helpers/service-error';

let traffic: ReturnType<typeof fakeTraffic>;

beforeEach(() => {
  traffic = fakeTraffic();
});

const create = (app: string, targetGroupArn: string): Promise<string> =>
  createAppRule({ listenerArn: 'arn:listener', app, targetGroupArn, tags: [] }, traffic.client);

const conditions = () => traffic.rules.slice(1).map((rule) => [rule.Priority, rule.Conditions?.[0]?.Field]);

describe('createAppRule', () => {
  test('the first app answers on every host, the next ones on hosts of their name', async () => {
    await create('hello', 'arn:tg/1');
    await create('world', 'arn:tg/2');
    expect(conditions()).toEqual([
      ['49999', 'path-pattern'],
      ['1000', 'host-header'],
    ]);
    expect(traffic.rules[2]?.Conditions?.[0]?.HostHeaderConfig?.Values).toEqual(['world.*']);
  });

  test('of two first apps at once one becomes the second', async () => {
    traffic.mock
      .on(DescribeRulesCommand)
      .resolvesOnce({ Rules: [] })
      .callsFake(() => ({ Rules: traffic.rules }));
    traffic.rules.push(aRule('arn:rule/x', 49_999, { 'arn:tg/9': 1 }));
    await create('hello', 'arn:tg/1');
    expect(conditions().at(-1)).toEqual(['1000', 'host-header']);
  });

  test('finds the default rule that an earlier call made and whose answer was lost', async () => {
    traffic.mock.on(CreateRuleCommand).callsFakeOnce(() => {
      traffic.rules.push(aRule('arn:rule/made', 49_999, { 'arn:tg/1': 1 }));
      throw elbError('PriorityInUseException');
    });
    expect(await create('hello', 'arn:tg/1')).toBe('arn:rule/made');
    expect(conditions()).toHaveLength(1);
  });
});

describe('setWeights', () => {
  const set = (clock = instantClock()) =>
    setWeights(
      'arn:rule/app',
      [
        { targetGroupArn: 'arn:tg/2', weight: 100 },
        { targetGroupArn: 'arn:tg/1', weight: 0 },
      ],
      {
        balancing: traffic.client,
        clock,
      },
    );

  beforeEach(() => {
    traffic.rules.push(aRule('arn:rule/app', 1000, { 'arn:tg/1': 100 }));
  });

  test('R20: takes stickiness off a rule that somebody made sticky', async () => {
    const rule = traffic.rules.at(-1);
    const stickiness = { Enabled: true, DurationSeconds: 60 };
    Object.assign(rule?.Actions?.[0]?.ForwardConfig ?? {}, { TargetGroupStickinessConfig: stickiness });
    await set();
    expect(rule?.Actions?.[0]?.ForwardConfig).not.toHaveProperty('TargetGroupStickinessConfig');
  });

  test('I3: sends the whole action, and reads it back in whatever order', async () => {
    await set();
    expect(traffic.changes).toEqual(['ModifyRule tg/2=100,tg/1=0']);
  });

  test('R02: waits until the balancer shows the weights', async () => {
    const clock = instantClock();
    traffic.mock.on(DescribeRulesCommand).callsFake(() => ({
      Rules: [
        clock.waited() < 20_000
          ? aRule('r', 1, { 'arn:tg/1': 100 })
          : aRule('r', 1, { 'arn:tg/1': 0, 'arn:tg/2': 100 }),
      ],
    }));
    await set(clock);
    expect(clock.waited()).toBe(20_000);
  });

  test('R03: never counts weights as set that do not read back', async () => {
    traffic.mock.on(ModifyRuleCommand).resolves({});
    await expect(set()).rejects.toMatchObject({ name: 'WeightsNotEffective' });
  });
});

describe('findAppRule', () => {
  test('does not take a preview rule for the one that carries traffic', async () => {
    traffic.rules.push(aRule('arn:rule/preview', 5, { 'arn:tg/2': 1 }, 'x'));
    expect(findAppRule(traffic.rules, 'arn:tg/2')).toBeUndefined();
    traffic.rules.push(aRule('arn:rule/app', 1000, { 'arn:tg/1': 100, 'arn:tg/2': 0 }));
    expect(findAppRule(traffic.rules, 'arn:tg/2')).toMatchObject({ RuleArn: 'arn:rule/app' });
  });
});
