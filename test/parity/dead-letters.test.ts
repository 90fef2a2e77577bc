import { randomUUID } from 'node:crypto';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { poll } from '#test/helpers/poll';
import type { QueueUser } from '#test/helpers/queue-user';
import { queueArnOf, queueUser, textAttributes } from '#test/helpers/queue-user';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { LambdaUser } from './lambda-client.ts';
import { lambdaUser } from './lambda-client.ts';

const missing = 'arn:aws:lambda:eu-central-1:000000000000:function:missing';

let running: TestCloud;
let events: EventBridgeClient;
let queues: QueueUser;
let lambda: LambdaUser;
const logged: string[] = [];

beforeAll(async () => {
  running = await startTestCloud({ log: (_level, message) => logged.push(message) });
  events = new EventBridgeClient(running.clientConfig);
  queues = queueUser(running.clientConfig);
  lambda = await lambdaUser(running.clientConfig);
  const statement = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const iam = new IAMClient(running.clientConfig);
  await iam.send(new PutRolePolicyCommand({ RoleName: 'function', PolicyName: 'send', PolicyDocument }));
  iam.destroy();
});

afterAll(async () => {
  for (const each of [events, queues.client, lambda.client]) each.destroy();
  await running.stop();
});

describe('an event that a rule could not deliver', () => {
  const rule = async (
    queue: string,
  ): Promise<{ ruleArn: string; put: (detail: string) => Promise<void> }> => {
    const source = `kiln-${randomUUID()}`;
    const EventPattern = JSON.stringify({ source: [source] });
    const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name: source, EventPattern }));
    const target = { Id: 'f', Arn: missing, Input: '{}', DeadLetterConfig: { Arn: queueArnOf(queue) } };
    await events.send(new PutTargetsCommand({ Rule: source, Targets: [target] }));
    const put = async (Detail: string): Promise<void> => {
      await events.send(
        new PutEventsCommand({ Entries: [{ Source: source, DetailType: 'release.baked', Detail }] }),
      );
    };
    return { ruleArn: RuleArn, put };
  };

  test('lies in its dead-letter queue as it was, with the reason', async () => {
    const queue = await queues.create('dead-events');
    const { ruleArn, put } = await rule(queue);
    await queues.allow(queue, 'events.amazonaws.com', ruleArn);
    await put('{"n":1}');
    const letter = await queues.received(queue, ruleArn);
    expect(JSON.parse(letter.Body ?? '')).toMatchObject({ 'detail-type': 'release.baked', detail: { n: 1 } });
    expect(textAttributes(letter)).toEqual({
      RULE_ARN: ruleArn,
      TARGET_ARN: missing,
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: expect.stringContaining('does not allow events.amazonaws.com'),
      RETRY_ATTEMPTS: '0',
    });
  });

  test('D15 is lost, and said to be, when the queue does not let the rule', async () => {
    const QueueUrl = await queues.create('closed');
    await queues.allow(
      QueueUrl,
      'events.amazonaws.com',
      'arn:aws:events:eu-central-1:000000000000:rule/other',
    );
    const { put } = await rule(QueueUrl);
    await put('{"n":2}');
    await poll(
      () => (logged.includes('dead letter not taken by its queue') ? true : undefined),
      5000,
      () => logged.join(', '),
    );
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    expect((await queues.client.send(command)).Attributes).toEqual({ ApproximateNumberOfMessages: '0' });
  });
});

describe('an asynchronous invocation that failed for good', () => {
  const failing = async (settings: object): Promise<string> => {
    const name = await lambda.create(
      'export const handler = async () => { throw new Error("no way"); }',
      settings,
    );
    await lambda.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: name, MaximumRetryAttempts: 0 }),
    );
    return name;
  };
  const invoke = (FunctionName: string, payload: object) =>
    lambda.client.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    );

  test("leaves its event in the function's dead-letter queue", async () => {
    const queue = await queues.create('dead-invocations');
    const name = await failing({ DeadLetterConfig: { TargetArn: queueArnOf(queue) } });
    await invoke(name, { drop: 7 });
    const letter = await queues.received(queue, 'RequestID');
    expect(letter.Body).toBe('{"drop":7}');
    expect(textAttributes(letter)).toMatchObject({ ErrorCode: '200', ErrorMessage: 'no way' });
  });

  test('tells a queue that is its destination how it ended', async () => {
    const queue = await queues.create('destination');
    const name = await failing({});
    await lambda.client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: name,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: queueArnOf(queue) } },
      }),
    );
    await invoke(name, { drop: 8 });
    const { Body = '' } = await queues.received(queue, 'RetriesExhausted');
    expect(JSON.parse(Body)).toMatchObject({
      requestPayload: { drop: 8 },
      responsePayload: { errorMessage: 'no way' },
    });
  });

  test('goes to no queue any more when it was taken away', async () => {
    const queue = await queues.create('taken-away');
    const FunctionName = await failing({ DeadLetterConfig: { TargetArn: queueArnOf(queue) } });
    const configuration = (): Promise<{
      DeadLetterConfig?: { TargetArn?: string | undefined } | undefined;
    }> => lambda.client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect((await configuration()).DeadLetterConfig).toEqual({ TargetArn: queueArnOf(queue) });
    await lambda.client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig: { TargetArn: '' } }),
    );
    expect((await configuration()).DeadLetterConfig).toBeUndefined();
  });
});
