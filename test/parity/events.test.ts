import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AwsError } from '#localcloud/errors';
import { poll } from '#test/helpers/poll';
import type { StatesWorld } from '#test/helpers/states-world';
import { machineRole, startStatesWorld } from '#test/helpers/states-world';

const functionArn = (name: string): string => `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;

let world: StatesWorld;
let failures = 0;
let rules = 0;
let source = '';

beforeAll(async () => {
  world = await startStatesWorld({
    listen: () => undefined,
    fragile: () => {
      failures += 1;
      if (failures < 3) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
    },
  });
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

const put = async (detail: object, more: object = {}): Promise<string> => {
  const entry = { Source: source, DetailType: 'release.baked', Detail: JSON.stringify(detail), ...more };
  const { Entries } = await world.events.send(new PutEventsCommand({ Entries: [entry] }));
  return Entries?.[0]?.EventId ?? '';
};

const received = (name: string, marker: string): Promise<unknown> =>
  poll(
    () =>
      world.lambda.invocations.find(
        (call) => call.name === name && JSON.stringify(call.payload).includes(marker),
      )?.payload,
    5000,
    () => `'${name}' was not invoked with '${marker}'`,
  );

describe('events', () => {
  test('reach a function whole, with id, account, region, time and resources', async () => {
    await rule([{ Id: 'f', Arn: functionArn('listen') }]);
    const id = await put(
      { digest: 'abc' },
      { Resources: ['arn:aws:ec2:::x'], Time: new Date('2026-11-23T10:00:00.5Z') },
    );
    expect(await received('listen', id)).toEqual({
      version: '0',
      id,
      'detail-type': 'release.baked',
      source,
      account: '000000000000',
      time: '2026-11-23T10:00:00Z',
      region: 'eu-central-1',
      resources: ['arn:aws:ec2:::x'],
      detail: { digest: 'abc' },
    });
    expect(world.lambda.invocations.at(-1)).toMatchObject({ type: 'Event', caller: 'events.amazonaws.com' });
  });

  test('are reshaped by Input, InputPath and InputTransformer', async () => {
    const ruleArn = await rule([
      { Id: 'constant', Arn: functionArn('listen'), Input: JSON.stringify({ constant: source }) },
      { Id: 'path', Arn: functionArn('listen'), InputPath: '$.detail' },
      {
        Id: 'transformed',
        Arn: functionArn('listen'),
        InputTransformer: {
          InputPathsMap: { app: '$.detail.app', key: '$.detail.object.key', none: '$.detail.none' },
          InputTemplate:
            '{"text": "<app> at \\"<key>\\"", "app": <app>, "object": <key>, "none": <none>, "rule": <aws.events.rule-arn>}',
        },
      },
    ]);
    await put({ app: `app-${source}`, object: { key: 'a "b"' } });
    expect(await received('listen', `"constant":"${source}"`)).toEqual({ constant: source });
    expect(await received('listen', `{"app":"app-${source}"`)).toEqual({
      app: `app-${source}`,
      object: { key: 'a "b"' },
    });
    expect(await received('listen', ruleArn)).toEqual({
      text: `app-${source} at "a "b""`,
      app: `app-${source}`,
      object: 'a "b"',
      none: null,
      rule: ruleArn,
    });
  });

  test('start a state machine as the role of the target', async () => {
    const stateMachineArn = await world.machine(`listener-${rules}`, { Only: { Type: 'Pass', End: true } });
    await rule([{ Id: 'm', Arn: stateMachineArn, RoleArn: machineRole, InputPath: '$.detail' }]);
    const id = await put({ n: 1 });
    const { executions } = world.test.cloud.context.store.database
      .prepare('select count(*) as executions from states_execution where name like ?')
      .get(`${id}_%`) as { executions: number };
    expect(executions).toBeLessThanOrEqual(1);
    const output = await poll(
      () =>
        (
          world.test.cloud.context.store.database
            .prepare('select output from states_execution where name like ?')
            .get(`${id}_%`) as { output: string | null } | undefined
        )?.output ?? undefined,
      5000,
      () => 'no execution ended',
    );
    expect(output).toBe('{"n":1}');
  });

  test('are delivered again when the target was not reached', async () => {
    await rule([{ Id: 'f', Arn: functionArn('fragile') }]);
    const id = await put({ n: 1 });
    await poll(
      () => (failures === 3 ? true : undefined),
      5000,
      () => `${failures} attempts`,
    );
    const attempts = world.lambda.invocations.filter(({ payload }) => JSON.stringify(payload).includes(id));
    expect(attempts).toHaveLength(3);
  });

  test('go on to another bus', async () => {
    const { EventBusArn = '' } = await world.events.send(new CreateEventBusCommand({ Name: `bus-${rules}` }));
    await rule([{ Id: 'f', Arn: functionArn('listen') }], `bus-${rules}`);
    await rule([{ Id: 'b', Arn: EventBusArn, RoleArn: machineRole }]);
    const id = await put({ over: 'there' });
    expect(await received('listen', id)).toMatchObject({ id, source, detail: { over: 'there' } });
  });

  test('are refused one by one', async () => {
    const good = { Source: source, DetailType: 'x', Detail: '{}' };
    const { FailedEntryCount, Entries } = await world.events.send(
      new PutEventsCommand({
        Entries: [
          good,
          { ...good, Source: 'aws.s3' },
          { ...good, Detail: '[]' },
          { DetailType: 'x', Detail: '{}' },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(3);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'InvalidArgument',
    ]);
    const many = Array.from({ length: 11 }, () => good);
    await expect(world.events.send(new PutEventsCommand({ Entries: many }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const large = { ...good, Detail: JSON.stringify({ text: 'x'.repeat(256 * 1024) }) };
    await expect(world.events.send(new PutEventsCommand({ Entries: [large] }))).rejects.toMatchObject({
      message: 'Total size of the entries in the request is over the limit.',
    });
  });

  test('of a disabled rule go nowhere until it is enabled again', async () => {
    await rule([{ Id: 'f', Arn: functionArn('listen') }]);
    const Name = `rule-${rules}`;
    await world.events.send(new DisableRuleCommand({ Name }));
    const lost = await put({ n: 1 });
    await world.events.send(new EnableRuleCommand({ Name }));
    const id = await put({ n: 2 });
    await received('listen', id);
    expect(JSON.stringify(world.lambda.invocations)).not.toContain(lost);
  });

  test('reach their target within 50 ms at the median', async () => {
    await rule([{ Id: 'f', Arn: functionArn('listen') }]);
    const took: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const before = performance.now();
      const seen = world.lambda.invocations.length;
      await put({ index });
      while (world.lambda.invocations.length === seen) await new Promise(setImmediate);
      took.push(performance.now() - before);
    }
    expect(took.toSorted((a, b) => a - b)[10]).toBeLessThan(50);
  });
});

describe('Step Functions', () => {
  test('announces the start and the end of executions', async () => {
    const machine = await world.machine(`announced-${rules}`, { Only: { Type: 'Pass', End: true } });
    await world.events.send(
      new PutRuleCommand({
        Name: `rule-${rules}`,
        EventPattern: JSON.stringify({ source: ['aws.states'], detail: { stateMachineArn: [machine] } }),
      }),
    );
    await world.events.send(
      new PutTargetsCommand({ Rule: `rule-${rules}`, Targets: [{ Id: 'f', Arn: functionArn('listen') }] }),
    );
    const executionArn = await world.start(machine, { a: 1 });
    expect(await received('listen', '"status":"SUCCEEDED"')).toMatchObject({
      'detail-type': 'Step Functions Execution Status Change',
      resources: [executionArn],
      detail: { executionArn, status: 'SUCCEEDED', input: '{"a":1}', output: '{"a":1}' },
    });
    expect(await received('listen', '"status":"RUNNING"')).toMatchObject({
      detail: { executionArn, stopDate: null },
    });
  });
});
