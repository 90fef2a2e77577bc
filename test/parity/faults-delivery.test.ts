import { randomUUID } from 'node:crypto';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { InvokeCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeliveryFault, DeliveryRule } from '#localcloud/faults/fault-plan';
import { poll } from '#test/helpers/poll';
import type { QueueUser } from '#test/helpers/queue-user';
import { queueArnOf, queueUser } from '#test/helpers/queue-user';
import { createRole } from '#test/helpers/roles';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { LambdaUser } from './lambda-client.ts';
import { lambdaUser } from './lambda-client.ts';

let running: TestCloud;
let queues: QueueUser;
let events: EventBridgeClient;
let scheduler: SchedulerClient;
let lambda: LambdaUser;
let mayAll = '';
let functionRole = '';
let queue = '';

const strike = (
  channel: DeliveryRule['channel'],
  fault: DeliveryFault,
  more: Partial<DeliveryRule> = {},
): void => running.cloud.faults.set({ seed: 7, delivery: [{ channel, do: fault, ...more }] });

const receive = async (): Promise<readonly string[]> => {
  const command = new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await queues.client.send(command);
  for (const { ReceiptHandle } of Messages)
    await queues.client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
  return Messages.map(({ Body = '' }) => Body);
};

/** Bodies in the order of their arrival, as soon as there are so many. */
const arrived = async (count: number): Promise<readonly string[]> => {
  const bodies: string[] = [];
  await poll(
    async () => {
      bodies.push(...(await receive()));
      return bodies.length >= count ? true : undefined;
    },
    10_000,
    () => `${bodies.length} of ${count} messages arrived`,
  );
  return bodies;
};

beforeAll(async () => {
  running = await startTestCloud({ log: () => undefined });
  const config = running.clientConfig;
  queues = queueUser(config);
  events = new EventBridgeClient(config);
  scheduler = new SchedulerClient(config);
  lambda = await lambdaUser(config);
  mayAll = await createRole(config, 'runs', 'scheduler.amazonaws.com', ['sqs:SendMessage']);
  functionRole = await createRole(config, 'answers', 'lambda.amazonaws.com', ['sqs:SendMessage']);
});

beforeEach(async () => {
  queue = await queues.create(`q-${randomUUID()}`);
});

afterEach(() => running.cloud.faults.clear());

afterAll(async () => {
  for (const client of [events, scheduler, queues.client, lambda.client]) client.destroy();
  await running.stop();
});

describe("an event on its way to a rule's target", () => {
  let source = '';

  beforeEach(async () => {
    source = `kiln.${randomUUID()}`;
    const rule = { Name: source.replaceAll('.', '-'), EventPattern: JSON.stringify({ source: [source] }) };
    const { RuleArn = '' } = await events.send(new PutRuleCommand(rule));
    await queues.allow(queue, 'events.amazonaws.com', RuleArn);
    const Targets = [{ Id: 'q', Arn: queueArnOf(queue), InputPath: '$.detail.n' }];
    await events.send(new PutTargetsCommand({ Rule: rule.Name, Targets }));
  });

  const put = (...numbers: readonly number[]) =>
    events.send(
      new PutEventsCommand({
        Entries: numbers.map((n) => ({ Source: source, DetailType: 'd', Detail: JSON.stringify({ n }) })),
      }),
    );

  test('arrives twice', async () => {
    strike('rule-target', { duplicate: 2 }, { nth: 1 });
    await put(1, 2);
    expect((await arrived(3)).toSorted()).toEqual(['1', '1', '2']);
  });

  test('arrives again after it was delivered', async () => {
    strike('rule-target', { redeliverMs: 100 });
    await put(1);
    expect(await arrived(2)).toEqual(['1', '1']);
    expect(running.cloud.faults.struck()).toEqual([1]);
  });

  test('is overtaken by a later one', async () => {
    strike('rule-target', { delayMs: 300 }, { nth: 1, resource: `*${queue.split('/').at(-1)}` });
    await put(1, 2);
    expect(await arrived(2)).toEqual(['2', '1']);
  });

  test('comes in another order within a window, all of them', async () => {
    strike('rule-target', { reorderMs: 400 });
    await put(1, 2, 3, 4, 5, 6, 7, 8);
    const order = await arrived(8);
    expect(order.toSorted()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(order).not.toEqual(order.toSorted());
  });

  test('D14 is tried again while the target throttles', async () => {
    const rule = { service: 'sqs', action: 'SendMessage', caller: 'events.amazonaws.com' } as const;
    running.cloud.faults.set({ rules: [{ ...rule, do: { throttle: true }, times: 2 }] });
    await put(1);
    expect(await arrived(1)).toEqual(['1']);
    expect(running.cloud.faults.struck()).toEqual([2]);
  });
});

describe('an asynchronous invocation', () => {
  const create = async (): Promise<string> => {
    const FunctionName = await lambda.create('export const handler = async ({ n }) => n;', {
      Role: functionRole,
    });
    const OnSuccess = { Destination: queueArnOf(queue) };
    await lambda.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig: { OnSuccess } }),
    );
    return FunctionName;
  };
  const invoke = (FunctionName: string, n: number) =>
    lambda.client.send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify({ n })),
      }),
    );
  const answers = async (count: number) =>
    (await arrived(count)).map((body) => (JSON.parse(body) as { responsePayload: number }).responsePayload);

  test('runs twice, and again after it has succeeded', async () => {
    const name = await create();
    strike('async-invoke', { duplicate: 2 });
    await invoke(name, 1);
    expect(await answers(2)).toEqual([1, 1]);
    strike('async-invoke', { redeliverMs: 50 });
    await invoke(name, 2);
    expect(await answers(2)).toEqual([2, 2]);
  });

  test('D07 is lost, and a later one is not', async () => {
    const name = await create();
    strike('async-invoke', { drop: true }, { nth: 1, resource: `*:function:${name}` });
    await invoke(name, 1);
    await invoke(name, 2);
    expect(await answers(1)).toEqual([2]);
    expect(running.cloud.faults.struck()).toEqual([1]);
  });
});

describe('a run of a schedule', () => {
  const schedule = (Input: string) =>
    scheduler.send(
      new CreateScheduleCommand({
        Name: `s-${randomUUID()}`,
        ScheduleExpression: `at(${new Date().toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: queueArnOf(queue), RoleArn: mayAll, Input },
      }),
    );

  test('Y03 is made twice', async () => {
    strike('schedule', { duplicate: 2 });
    await schedule('run');
    expect(await arrived(2)).toEqual(['run', 'run']);
  });

  test('Y03 is skipped', async () => {
    strike('schedule', { drop: true }, { nth: 1 });
    await schedule('skipped');
    await poll(
      () => Promise.resolve(running.cloud.faults.struck()[0] === 1 ? true : undefined),
      5000,
      () => 'nothing was skipped',
    );
    await schedule('made');
    expect(await arrived(1)).toEqual(['made']);
  });
});
