import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwsError } from '#localcloud/errors';
import { readModel } from '#localcloud/protocols/model';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { createRandomSource, randomValue } from './random-value.ts';
import { createRecordingService } from './recording-service.ts';
import type { ServiceModel } from './service-models.ts';
import { serviceModels } from './service-models.ts';

const recordings = serviceModels.map((model) => ({ model, recording: createRecordingService(model) }));
let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud({
    services: recordings.map(({ recording }) => recording.create),
    log: (level, message) => {
      if (level === 'error') logged.push(message);
    },
  });
});

afterAll(() => cloud.stop());

const logged: string[] = [];
const rules = { skip: () => false };

// An operation of each service that takes nothing but texts, to throw the errors from.
const operations: Readonly<Record<string, readonly [string, object]>> = {
  autoscaling: ['DescribeAccountLimits', {}],
  cloudformation: ['DeleteStack', { StackName: 'a' }],
  cloudwatch: ['DisableAlarmActions', { AlarmNames: ['a'] }],
  ebs: ['CompleteSnapshot', { SnapshotId: 'snap-1', ChangedBlocksCount: 1 }],
  ec2: ['DescribeImages', {}],
  elasticloadbalancing: ['DescribeAccountLimits', {}],
  events: ['DescribeRule', { Name: 'a' }],
  iam: ['GetRole', { RoleName: 'a' }],
  lambda: ['GetFunction', { FunctionName: 'a' }],
  logs: ['DeleteLogGroup', { logGroupName: 'a' }],
  s3: ['GetBucketTagging', { Bucket: 'abc' }],
  scheduler: ['GetSchedule', { Name: 'a' }],
  sqs: ['GetQueueUrl', { QueueName: 'a' }],
  ssm: ['GetParameter', { Name: 'a' }],
  states: ['DescribeExecution', { executionArn: 'a' }],
  sts: ['GetCallerIdentity', {}],
};

interface Received {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string };
  readonly [member: string]: unknown;
}

const provoke = async (
  { model, recording }: (typeof recordings)[number],
  error: Error,
): Promise<Received> => {
  const [name, input] = operations[model.facts.name] ?? ['', {}];
  const Command = model.module[`${name}Command`] as new (input: object) => object;
  recording.output = error;
  const client = new model.client(cloud.clientConfig);
  try {
    await client.send(new Command(input));
  } catch (received) {
    return received as Received;
  } finally {
    client.destroy();
  }
  throw new Error('no error came through');
};

const modelledErrors = (model: ServiceModel) => {
  const errors = new Set(readModel(model.module).errors.values());
  const names = new Set([...errors].map(({ shape }) => shape.name));
  // The client's base class stands for the errors that no model knows.
  return [...errors].filter(
    ({ shape, queryCode }) =>
      typeof model.module[shape.name] === 'function' &&
      !shape.name.endsWith('ServiceException') &&
      // CloudWatch calls two errors `ResourceNotFound` in its older protocol: no client can tell them apart.
      !(queryCode !== shape.name && names.has(queryCode)),
  );
};

describe('errors over the wire', () => {
  const byName = recordings.map((pair) => [pair.model.facts.name, pair] as const);

  test.each(byName)(
    'every modelled error of %s arrives as its class, with its members',
    async (_name, pair) => {
      const random = createRandomSource(1);
      for (const { shape, queryCode, status } of modelledErrors(pair.model)) {
        const code = pair.model.facts.protocol === 'query' ? queryCode : shape.name;
        const member = { name: 'root', shape, traits: {}, memberTraits: {} };
        const members = randomValue(random, member, rules) as Readonly<Record<string, unknown>>;
        const sent = new AwsError(code, 'the text', { ...(status === undefined ? {} : { status }), members });
        const received = await provoke(pair, sent);
        const Class = pair.model.module[shape.name] as new (options: object) => Error;
        expect(received).toBeInstanceOf(Class);
        expect(received).toMatchObject({ message: 'the text', $metadata: { httpStatusCode: status ?? 400 } });
        for (const { name, traits } of shape.members) {
          if (/^(message|code|type)$/i.test(name) || traits.httpHeader !== undefined) continue;
          expect({ error: shape.name, name, value: received[name] }).toEqual({
            error: shape.name,
            name,
            value: members[name],
          });
        }
      }
    },
  );

  test.each(byName)('%s may throw an exception class of its client', async (_name, pair) => {
    const [first] = modelledErrors(pair.model);
    if (first === undefined) return;
    const Class = pair.model.module[first.shape.name] as new (options: object) => Error;
    const received = await provoke(pair, new Class({ message: 'thrown', $metadata: {} }));
    expect(received).toBeInstanceOf(Class);
    expect(received.message).toBe('thrown');
  });

  test.each(byName)('a bug in %s is an internal error that keeps its text to itself', async (_name, pair) => {
    const received = await provoke(pair, new Error('secret detail'));
    expect(received.$metadata.httpStatusCode).toBe(500);
    expect(JSON.stringify(received) + received.message).not.toContain('secret');
    expect(logged.pop()).toBe('an operation failed');
  });

  test('a code that no model knows arrives as it is', async () => {
    const [ec2] = recordings.filter(({ model }) => model.facts.name === 'ec2');
    if (ec2 === undefined) throw new Error('no ec2');
    const received = await provoke(
      ec2,
      new AwsError('InvalidAMIID.NotFound', `The image id '[ami-1]' does not exist`),
    );
    expect(received).toMatchObject({
      name: 'InvalidAMIID.NotFound',
      message: `The image id '[ami-1]' does not exist`,
    });
    expect(received.$metadata.requestId).toMatch(/^[\da-f-]{36}$/);
  });
});
