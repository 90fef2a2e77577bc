import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CallFault, CallRule, FaultPlan } from '#localcloud/faults/fault-plan';
import type { TestCloud, TestClientConfig } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

let running: TestCloud;
let once: TestClientConfig;
let patient: Omit<TestClientConfig, 'maxAttempts'> & { readonly maxAttempts: number };
let s3: S3Client;

const ask = (method: string, body?: string): Promise<Response> =>
  fetch(`${running.cloud.endpointUrl}/_local/faults`, { method, ...(body === undefined ? {} : { body }) });

const plan = (rules: readonly CallRule[], seed = 1): void => running.cloud.faults.set({ seed, rules });

const strike = (
  service: CallRule['service'],
  action: string,
  fault: CallFault,
  more: Partial<CallRule> = {},
): void => plan([{ service, action, do: fault, ...more }]);

const textOf = async (client: S3Client, Key: string): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'faults', Key }));
  return (await Body?.transformToString()) ?? '';
};

beforeAll(async () => {
  running = await startTestCloud({ log: () => undefined });
  once = running.clientConfig;
  patient = { ...once, maxAttempts: 3 };
  s3 = new S3Client({ ...patient, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'faults' }));
  await s3.send(new PutObjectCommand({ Bucket: 'faults', Key: 'long', Body: 'a'.repeat(100_000) }));
});

afterEach(() => running.cloud.faults.clear());

afterAll(async () => {
  s3.destroy();
  await running.stop();
});

// from-docs: "Common errors" of each service's API reference.
describe('a throttled call', () => {
  const cases = [
    ['s3', 'SlowDown', 503, () => new S3Client(once).send(new ListBucketsCommand({}))],
    ['ec2', 'RequestLimitExceeded', 503, () => new EC2Client(once).send(new DescribeInstancesCommand({}))],
    [
      'lambda',
      'TooManyRequestsException',
      429,
      () => new LambdaClient(once).send(new ListFunctionsCommand({})),
    ],
    ['states', 'ThrottlingException', 400, () => new SFNClient(once).send(new ListStateMachinesCommand({}))],
    ['sqs', 'RequestThrottled', 400, () => new SQSClient(once).send(new ListQueuesCommand({}))],
    [
      'autoscaling',
      'Throttling',
      400,
      () => new AutoScalingClient(once).send(new DescribeAutoScalingGroupsCommand({})),
    ],
  ] as const;

  test.each(cases)(
    'of %s answers %s with status %d, which the SDK knows as throttling',
    async (service, code, status, call) => {
      strike(service, '*', { throttle: true });
      await expect(call()).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: status } });
    },
  );

  test('is tried again by the SDK until it succeeds', async () => {
    strike('ssm', 'PutParameter', { throttle: true }, { times: 2 });
    const { $metadata } = await new SSMClient(patient).send(
      new PutParameterCommand({ Name: 'throttled', Value: 'v', Type: 'String' }),
    );
    expect($metadata.attempts).toBe(3);
  });
});

describe('a lost connection', () => {
  const put = (client: SSMClient, Name: string) =>
    client.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String' }));

  test('before the call leaves nothing, and the next attempt does it', async () => {
    strike('ssm', 'PutParameter', { dropBefore: true }, { nth: 1 });
    await expect(put(new SSMClient(once), 'before')).rejects.toThrow('ECONNRESET');
    const get = new SSMClient(once).send(new GetParameterCommand({ Name: 'before' }));
    await expect(get).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await expect(put(new SSMClient(patient), 'before')).resolves.toMatchObject({ Version: 1 });
  });

  test('after the call leaves its effect, which a blind retry meets', async () => {
    strike('ssm', 'PutParameter', { dropAfter: true }, { nth: 1 });
    await expect(put(new SSMClient(patient), 'after')).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
    });
  });

  test('after a call that is idempotent goes unnoticed', async () => {
    strike('sqs', 'CreateQueue', { dropAfter: true }, { nth: 1 });
    const { QueueUrl, $metadata } = await new SQSClient(patient).send(
      new CreateQueueCommand({ QueueName: 'twice' }),
    );
    expect(QueueUrl).toMatch(/twice$/);
    expect($metadata.attempts).toBe(2);
  });
});

describe('a spoilt body', () => {
  test('that is cut off fails while it is read', async () => {
    strike('s3', 'GetObject', { truncateBody: 50_000 }, { resource: 'long' });
    await expect(textOf(s3, 'long')).rejects.toThrow();
  });

  test('with a wrong bit does not match its checksum', async () => {
    strike('s3', 'GetObject', { corruptBody: true }, { resource: 'long' });
    await expect(textOf(s3, 'long')).rejects.toThrow(/[Cc]hecksum/);
  });
});

test('delayMs holds the answer back', async () => {
  strike('s3', 'GetObject', { delayMs: 150 });
  const startedAt = performance.now();
  await textOf(s3, 'long');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(149);
});

test('staleRead answers what the same call answered before', async () => {
  const ssm = new SSMClient(once);
  const put = (Value: string) =>
    ssm.send(new PutParameterCommand({ Name: 'stale', Value, Type: 'String', Overwrite: true }));
  const get = async () => (await ssm.send(new GetParameterCommand({ Name: 'stale' }))).Parameter?.Value;
  strike('ssm', 'GetParameter', { staleRead: 1 }, { nth: 2 });
  await put('old');
  expect(await get()).toBe('old');
  await put('new');
  expect(await get()).toBe('old');
  expect(await get()).toBe('new');
});

describe('a rule strikes only', () => {
  const isStruck = async (Name: string): Promise<boolean> => {
    try {
      await new SSMClient(once).send(
        new PutParameterCommand({ Name, Value: 'v', Type: 'String', Overwrite: true }),
      );
      return false;
    } catch (error) {
      expect(error).toMatchObject({ name: 'InternalServerError' });
      return true;
    }
  };
  const strikes = async (rule: Partial<CallRule>, names: readonly string[]): Promise<string> => {
    strike('ssm', 'Put*', { error: 'InternalServerError', status: 500 }, rule);
    let pattern = '';
    for (const name of names) pattern += (await isStruck(name)) ? 'x' : '.';
    return pattern;
  };
  const six = ['p', 'p', 'p', 'p', 'p', 'p'];

  test.each([
    ['the nth call', { nth: 2 }, '.x....'],
    ['every kth call', { every: 2 }, '.x.x.x'],
    ['so many times', { times: 2 }, 'xx....'],
    ['other callers never', { caller: 'kiln-*' }, '......'],
    ['a named caller', { caller: 'root', nth: 1 }, 'x.....'],
  ])('%s', async (_, rule, expected) => {
    expect(await strikes(rule, six)).toBe(expected);
  });

  test('calls whose input has the resource', async () => {
    expect(await strikes({ resource: 'b*' }, ['a1', 'b1', 'a2', 'b2'])).toBe('.x.x');
  });

  test('by chance, and the same ones again with the same seed', async () => {
    const names = Array.from({ length: 20 }, () => 'p');
    const first = await strikes({ probability: 0.5 }, names);
    expect(await strikes({ probability: 0.5 }, names)).toBe(first);
    expect(first).toMatch(/x.*\./);
  });
});

describe('/_local/faults', () => {
  test('sets, shows with its strikes, and ends a plan', async () => {
    const given: FaultPlan = { rules: [{ service: 's3', action: 'ListBuckets', do: { throttle: true } }] };
    expect((await ask('PUT', JSON.stringify(given))).status).toBe(200);
    await expect(new S3Client(once).send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'SlowDown',
    });
    expect(await (await ask('GET')).json()).toEqual({ ...given, struck: [1] });
    await ask('DELETE');
    await new S3Client(once).send(new ListBucketsCommand({}));
  });

  test('refuses a plan that cannot be followed, and keeps the one before', async () => {
    strike('s3', 'ListBuckets', { throttle: true });
    const answer = await ask('PUT', JSON.stringify({ rules: [{ service: 's3', do: { explode: true } }] }));
    expect(answer.status).toBe(400);
    const { message } = (await answer.json()) as { message: string };
    expect(message).toContain('rules[0].action is missing; rules[0].do.explode is not known');
    expect(running.cloud.faults.plan().rules).toHaveLength(1);
  });
});
