import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import type { Message, ReceiveMessageRequest } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSqs } from '#localcloud/services/sqs/index';
import { debianAws, hasDebianAws } from '#test/helpers/debian-aws';
import type { QueueUser } from '#test/helpers/queue-user';
import { queueArnOf, queueUser } from '#test/helpers/queue-user';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

let running: TestCloud;
let user: QueueUser;
let name = '';
let QueueUrl = '';

beforeAll(async () => {
  running = await startTestCloud({ services: [createSqs] });
  user = queueUser(running.clientConfig);
});

afterAll(async () => {
  user.client.destroy();
  await running.stop();
});

beforeEach(async () => {
  name = `queue-${randomUUID()}`;
  QueueUrl = await user.create(name);
});

const send = async (MessageBody: string, more: object = {}): Promise<string> =>
  (await user.client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))).MessageId ?? '';

const receive = async (more: Partial<ReceiveMessageRequest> = {}): Promise<Message[]> =>
  (await user.client.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];

const attributes = async (): Promise<Record<string, string>> =>
  (await user.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ??
  {};

describe('a queue', () => {
  test('is found by its name, listed, tagged and deleted', async () => {
    expect(await user.client.send(new GetQueueUrlCommand({ QueueName: name }))).toMatchObject({ QueueUrl });
    const { QueueUrls } = await user.client.send(new ListQueuesCommand({ QueueNamePrefix: name }));
    expect(QueueUrls).toEqual([QueueUrl]);
    await user.client.send(new TagQueueCommand({ QueueUrl, Tags: { app: 'kiln', old: 'x' } }));
    await user.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['old'] }));
    expect(await user.client.send(new ListQueueTagsCommand({ QueueUrl }))).toMatchObject({
      Tags: { app: 'kiln' },
    });
    await user.client.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(user.client.send(new GetQueueUrlCommand({ QueueName: name }))).rejects.toThrow(
      QueueDoesNotExist,
    );
  });

  test('has the attributes of AWS until told otherwise', async () => {
    expect(await attributes()).toMatchObject({
      QueueArn: queueArnOf(QueueUrl),
      VisibilityTimeout: '30',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ApproximateNumberOfMessages: '0',
    });
    await user.client.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '5' } }),
    );
    expect(await attributes()).toMatchObject({ VisibilityTimeout: '5', DelaySeconds: '0' });
  });

  test.each<[error: string, attributes: Record<string, string>]>([
    ['InvalidAttributeName', { Colour: 'red' }],
    ['InvalidAttributeValue', { VisibilityTimeout: '43201' }],
    ['InvalidAttributeValue', { Policy: '{"Statement": 1}' }],
    ['InvalidAttributeValue', { RedrivePolicy: '{}' }],
  ])('%s: refuses %j', async (error, Attributes) => {
    const command = new SetQueueAttributesCommand({ QueueUrl, Attributes });
    await expect(user.client.send(command)).rejects.toMatchObject({ name: error });
  });

  test('is created twice only with the same attributes', async () => {
    const again = new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '30' } });
    expect(await user.client.send(again)).toMatchObject({ QueueUrl });
    const other = new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '31' } });
    await expect(user.client.send(other)).rejects.toMatchObject({ name: 'QueueNameExists' });
  });

  test('is a standard queue', async () => {
    const fifo = new CreateQueueCommand({ QueueName: 'a.fifo' });
    await expect(user.client.send(fifo)).rejects.toThrow('standard queues only');
  });
});

describe('a message', () => {
  test('comes with its attributes and digests, and is hidden until it is deleted or given back', async () => {
    const MessageAttributes = {
      timestamp: { DataType: 'Number', StringValue: '1493147359900' },
      bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
    };
    const id = await send('hällo 😀', { MessageAttributes });
    const [message = {}] = await receive({
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(message).toMatchObject({
      MessageId: id,
      Body: 'hällo 😀',
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: { timestamp: MessageAttributes.timestamp },
    });
    expect([...(message.MessageAttributes?.['bytes']?.BinaryValue ?? [])]).toEqual([0, 255]);
    expect(await receive()).toEqual([]);
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
    const { ReceiptHandle } = message;
    await user.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    const [again = {}] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(again.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    // The first receiver's handle is of no use any more.
    await user.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
    await user.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again.ReceiptHandle }));
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  test('wakes the one who waits for it', async () => {
    const begun = performance.now();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('here');
    expect(await waiting).toMatchObject([{ Body: 'here' }]);
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test('that is delayed comes when it is time', async () => {
    const begun = Date.now();
    await send('later', { DelaySeconds: 1 });
    expect(await attributes()).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' });
    expect(await receive({ WaitTimeSeconds: 10 })).toMatchObject([{ Body: 'later' }]);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(999);
  });

  test('that nobody deletes moves to the dead-letter queue', async () => {
    const dead = await user.create(`${name}-dead`);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArnOf(dead), maxReceiveCount: 2 });
    await user.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    const id = await send('poison');
    for (let count = 0; count < 2; count += 1)
      expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive({ VisibilityTimeout: 0 })).toEqual([]);
    expect(await user.received(dead, 'poison')).toMatchObject({ MessageId: id });
  });

  test('is refused when it is empty or larger than the queue takes', async () => {
    await user.client.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { MaximumMessageSize: '1024' } }),
    );
    await expect(send('x'.repeat(1025))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send('')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send('\u0000')).rejects.toMatchObject({ name: 'InvalidMessageContents' });
  });

  test('of a purged queue is gone', async () => {
    await send('a');
    await user.client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive()).toEqual([]);
  });

  test('survives a restart', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'kiln-sqs-'));
    const first = await startTestCloud({ services: [createSqs], stateDir });
    const firstUser = queueUser(first.clientConfig);
    const url = await firstUser.create('kept');
    await firstUser.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'kept' }));
    await first.stop();
    const second = await startTestCloud({ services: [createSqs], stateDir });
    // The URL of another port still names the queue.
    expect(await queueUser(second.clientConfig).received(url, 'kept')).toMatchObject({ Body: 'kept' });
    await second.stop();
    rmSync(stateDir, { recursive: true });
  });
});

describe('a batch', () => {
  test('says of every entry what became of it', async () => {
    const Entries = [
      { Id: 'one', MessageBody: '1' },
      { Id: 'two', MessageBody: '2', DelaySeconds: 901 },
    ];
    const sent = await user.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toMatchObject([{ Id: 'one' }]);
    expect(sent.Failed).toMatchObject([{ Id: 'two', SenderFault: true, Code: 'InvalidParameterValue' }]);
    const [message] = await receive();
    const handles = [
      { Id: 'a', ReceiptHandle: message?.ReceiptHandle },
      { Id: 'b', ReceiptHandle: 'x' },
    ];
    const deleted = await user.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect(deleted).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }],
    });
  });

  test.each([
    ['EmptyBatchRequest', []],
    ['BatchEntryIdsNotDistinct', ['a', 'a']],
    ['InvalidBatchEntryId', ['a b']],
    ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, index) => `id${index}`)],
  ])('is refused as a whole: %s', async (error, ids) => {
    const Entries = ids.map((Id) => ({ Id, MessageBody: 'x' }));
    const command = new SendMessageBatchCommand({ QueueUrl, Entries });
    await expect(user.client.send(command)).rejects.toMatchObject({ name: error });
  });
});

(hasDebianAws ? describe : describe.skip)("Debian's awscli", () => {
  test('speaks the query protocol to the same queues', async () => {
    const aws = debianAws(running.cloud.endpointUrl, tmpdir());
    await aws.text('sqs', 'send-message', '--queue-url', QueueUrl, '--message-body', 'from Debian');
    const answer = await aws.json('sqs', 'receive-message', '--queue-url', QueueUrl);
    expect(answer).toMatchObject({ Messages: [{ Body: 'from Debian' }] });
    await expect(aws.text('sqs', 'get-queue-url', '--queue-name', 'none')).rejects.toThrow(
      'AWS.SimpleQueueService.NonExistentQueue',
    );
  });
});
