import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  type Target,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { StatesWorld } from '#test/helpers/states-world';
import { startStatesWorld } from '#test/helpers/states-world';

const functionArn = (name: string): string => `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;

let world: StatesWorld;
let rules = 0;
let source = '';

beforeAll(async () => {
  world = await startStatesWorld();
});

afterAll(() => world.stop());

beforeEach(() => {
  rules += 1;
  source = `kiln-${rules}`;
});

/** A rule for the events of this test. */
const rule = async (targets: Target[], EventBusName = 'default'): Promise<string> => {
  const Name = `rule-${rules}`;
  const EventPattern = JSON.stringify({ source: [source] });
  const { RuleArn } = await world.events.send(new PutRuleCommand({ Name, EventBusName, EventPattern }));
  await world.events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: targets }));
  return RuleArn ?? '';
};

describe('rules', () => {
  test('are described, listed, found by target, tagged and deleted', async () => {
    const arn = await rule([{ Id: 'f', Arn: functionArn(`unique-${rules}`) }]);
    const Name = `rule-${rules}`;
    expect(await world.events.send(new DescribeRuleCommand({ Name }))).toMatchObject({
      Name,
      Arn: arn,
      State: 'ENABLED',
    });
    const listed = await world.events.send(new ListRulesCommand({ NamePrefix: Name }));
    expect(listed.Rules?.map((found) => found.Name)).toEqual([Name]);
    const TargetArn = functionArn(`unique-${rules}`);
    const byTarget = await world.events.send(new ListRuleNamesByTargetCommand({ TargetArn }));
    expect(byTarget.RuleNames).toEqual([Name]);
    await world.events.send(
      new TagResourceCommand({ ResourceARN: arn, Tags: [{ Key: 'app', Value: 'kiln' }] }),
    );
    const tags = await world.events.send(new ListTagsForResourceCommand({ ResourceARN: arn }));
    expect(tags.Tags).toEqual([{ Key: 'app', Value: 'kiln' }]);
    await expect(world.events.send(new DeleteRuleCommand({ Name }))).rejects.toMatchObject({
      message: "Rule can't be deleted since it has targets.",
    });
    await world.events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['f'] }));
    expect((await world.events.send(new ListTargetsByRuleCommand({ Rule: Name }))).Targets).toEqual([]);
    await world.events.send(new DeleteRuleCommand({ Name }));
    await expect(world.events.send(new DescribeRuleCommand({ Name }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Rule ${Name} does not exist on EventBus default.`,
    });
  });

  test('are refused without a valid pattern', async () => {
    const create = (EventPattern: string): Promise<unknown> =>
      world.events.send(new PutRuleCommand({ Name: 'bad', EventPattern }));
    await expect(create('{"source": "kiln"}')).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
    await expect(create('{"source": []}')).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
    await expect(world.events.send(new PutRuleCommand({ Name: 'bad' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('need a role to start a state machine', async () => {
    const Arn = 'arn:aws:states:eu-central-1:000000000000:stateMachine:x';
    await expect(rule([{ Id: 'm', Arn }])).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('can be tried out', async () => {
    const event = {
      id: '1',
      account: '1',
      source: 'kiln',
      time: 't',
      region: 'r',
      resources: [],
      'detail-type': 'x',
    };
    const attempt = (pattern: object): Promise<{ Result?: boolean | undefined }> =>
      world.events.send(
        new TestEventPatternCommand({ Event: JSON.stringify(event), EventPattern: JSON.stringify(pattern) }),
      );
    expect((await attempt({ source: [{ prefix: 'ki' }] })).Result).toBe(true);
    expect((await attempt({ source: ['other'] })).Result).toBe(false);
  });

  test('with a rate fire again and again', async () => {
    const Name = `rule-${rules}`;
    await expect(
      world.events.send(new PutRuleCommand({ Name, ScheduleExpression: 'rate(5 minute)' })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    const { RuleArn } = await world.events.send(
      new PutRuleCommand({ Name, ScheduleExpression: 'rate(5 minutes)' }),
    );
    expect(RuleArn).toContain(Name);
  });
});

describe('buses', () => {
  test('are created, described, listed and deleted; the default one is always there', async () => {
    const Name = `bus-of-${rules}`;
    await world.events.send(new CreateEventBusCommand({ Name }));
    await expect(world.events.send(new CreateEventBusCommand({ Name }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    expect((await world.events.send(new DescribeEventBusCommand({ Name }))).Arn).toContain(Name);
    const names = async (): Promise<(string | undefined)[] | undefined> =>
      (await world.events.send(new ListEventBusesCommand({}))).EventBuses?.map((bus) => bus.Name);
    expect(await names()).toEqual(expect.arrayContaining(['default', Name]));
    await world.events.send(new DeleteEventBusCommand({ Name }));
    expect(await names()).not.toContain(Name);
    await expect(world.events.send(new DeleteEventBusCommand({ Name: 'default' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
