import { afterEach, describe, expect, test } from '@jest/globals';
import type { Message } from '@aws-sdk/client-sqs';
import { AwsError } from '#localcloud/errors';
import type { SchedulerUnderTest } from './scheduler-under-test.ts';
import { functionArn, openScheduler, RoleArn } from './scheduler-under-test.ts';

let world: SchedulerUnderTest;
let attempts = 0;

afterEach(() => world.close());

const busy = (): never => {
  attempts += 1;
  throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
};

const deadLetters = async (): Promise<Message[]> => {
  const { Messages = [] } = await world.context.peers.sqs.ReceiveMessage(
    { QueueUrl: 'dead', MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] },
    world.root,
  );
  return Messages;
};

const attributesOf = ({ MessageAttributes = {} }: Message): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(MessageAttributes).map(([name, value]) => [name, value.StringValue]));

const open = async (name: string, RetryPolicy: object): Promise<void> => {
  attempts = 0;
  world = await openScheduler('2026-01-01T12:00:00Z', { busy });
  await world.context.peers.sqs.CreateQueue({ QueueName: 'dead' }, world.root);
  const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-central-1:000000000000:dead' };
  const Target = { Arn: functionArn(name), RoleArn, Input: '{"n":1}', RetryPolicy, DeadLetterConfig };
  await world.create('failing', 'at(2026-01-01T12:10:00)', { Target, ActionAfterCompletion: 'DELETE' });
};

describe('a target that does not answer', () => {
  test('is tried as often as its retry policy says; then the call is a dead letter', async () => {
    await open('busy', { MaximumRetryAttempts: 3 });
    await world.until('2026-01-01T13:00:00Z');
    expect(attempts).toBe(4);
    const [letter = {}] = await deadLetters();
    expect(JSON.parse(letter.Body ?? '')).toEqual({
      FunctionName: functionArn('busy'),
      InvocationType: 'Event',
      Payload: '{"n":1}',
    });
    expect(attributesOf(letter)).toEqual({
      ERROR_CODE: 'TooManyRequestsException',
      ERROR_MESSAGE: 'Rate Exceeded.',
      EXECUTION_ID: expect.stringMatching(/^[\da-f-]{36}$/),
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: '3',
      SCHEDULED_TIME: '2026-01-01T12:10:00Z',
      SCHEDULE_ARN: 'arn:aws:scheduler:eu-central-1:000000000000:schedule/default/failing',
      TARGET_ARN: functionArn('busy'),
    });
    const { Schedules } = await world.context.peers.scheduler.ListSchedules({}, world.root);
    expect(Schedules).toEqual([]);
  });

  test('is tried no longer than its retry policy says', async () => {
    await open('busy', { MaximumEventAgeInSeconds: 60 });
    await world.until('2026-01-01T13:00:00Z');
    const [letter = {}] = await deadLetters();
    expect(attributesOf(letter)).toMatchObject({ EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' });
    expect(attempts).toBeGreaterThan(3);
    expect(attempts).toBeLessThan(15);
  });

  test('that is not there is not tried again', async () => {
    await open('missing', {});
    await world.until('2026-01-01T13:00:00Z');
    const [letter = {}] = await deadLetters();
    expect(attributesOf(letter)).toMatchObject({
      ERROR_CODE: 'ResourceNotFoundException',
      RETRY_ATTEMPTS: '0',
    });
    expect(attributesOf(letter)).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  test('goes on being tried after a restart', async () => {
    await open('busy', { MaximumRetryAttempts: 100 });
    await world.until('2026-01-01T12:10:03Z');
    const before = attempts;
    await world.offUntil('2026-01-01T12:10:04Z', 'kill');
    await world.until('2026-01-01T12:20:00Z');
    expect(before).toBeGreaterThan(1);
    expect(attempts).toBeGreaterThan(before);
    expect(await deadLetters()).toEqual([]);
  });
});
