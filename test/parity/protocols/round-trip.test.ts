import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '#localcloud/protocols/model';
import type { Member, Shape } from '#localcloud/protocols/shape';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { differences } from './differences.ts';
import type { RandomSource, ValueRules } from './random-value.ts';
import { createRandomSource, randomValue } from './random-value.ts';
import { createRecordingService } from './recording-service.ts';
import { serviceModels } from './service-models.ts';

const seed = Number(process.env['ROUND_TRIP_SEED'] ?? Date.now() % 1_000_000);

const recordings = serviceModels.map((model) => ({ model, recording: createRecordingService(model) }));
// Seconds on an idle machine; other suites may run beside this one.
const patienceMs = 60_000;
let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud({ services: recordings.map(({ recording }) => recording.create) });
});

afterAll(() => cloud.stop());

// Event streams are not spoken; WriteGetObjectResponse needs a host name of its own, and ListDirectoryBuckets has that of
// S3 Express, without which it is a ListBuckets.
const left = new Set([
  'GetLogObject',
  'InvokeWithResponseStream',
  'ListDirectoryBuckets',
  'SelectObjectContent',
  'StartLiveTail',
  'WriteGetObjectResponse',
]);

// Members that a client checks, derives or rewrites by itself, so that random values do not come through it.
const clientOwned: Readonly<Record<string, RegExp>> = {
  ec2: /^(PresignedUrl|DestinationRegion)$/,
  events: /^EndpointId$/,
  s3: /^(Checksum\w*|Content(Length|MD5)|MD5|Expires|(CopySource)?SSECustomerKey(MD5)?)$/,
};

const rulesOf = (service: string): ValueRules => ({
  skip: (_structure, { name }) => clientOwned[service]?.test(name) === true,
});

const asMember = (shape: Shape): Member => ({ name: 'root', shape, traits: shape.traits, memberTraits: {} });

const randomInput = (
  random: RandomSource,
  { input }: Operation,
  rules: ValueRules,
): Record<string, unknown> => {
  const value = (randomValue(random, asMember(input), rules) ?? {}) as Record<string, unknown>;
  if ('Bucket' in value) value['Bucket'] = `bucket${Math.floor(random() * 1e6)}`;
  return value;
};

const randomOutput = (
  random: RandomSource,
  { output }: Operation,
  rules: ValueRules,
): Record<string, unknown> => {
  const value = (randomValue(random, asMember(output), rules) ?? {}) as Record<string, unknown>;
  const members = output.kind === 'structure' ? output.members : [];
  for (const member of members) if (member.traits.httpResponseCode) value[member.name] = 202;
  return value;
};

const readOutput = async (output: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const { $metadata: _, ...rest } = output;
  for (const [name, value] of Object.entries(rest)) {
    const stream = value as { transformToByteArray?: () => Promise<Uint8Array> } | null;
    if (typeof stream?.transformToByteArray === 'function') rest[name] = await stream.transformToByteArray();
  }
  return rest;
};

// What clients add to a request or an answer on their own.
const isAddition = (difference: string): boolean =>
  difference.startsWith('+') &&
  /\.(Checksum\w*|Content(Length|MD5|Type)|\w*Token|CreateBucketConfiguration|PresignedUrl|ExpiresString|OperationId|Body|BlockData|Metadata|DestinationRegion)$/i.test(
    difference,
  );

const roundTrip = async (
  { model, recording }: (typeof recordings)[number],
  clientConfig: object = cloud.clientConfig,
): Promise<string[]> => {
  const random = createRandomSource(seed);
  const rules = rulesOf(model.facts.name);
  // The client of SQS would check digests that are random here.
  const client = new model.client({ ...clientConfig, md5: false });
  const problems: string[] = [];
  for (const operation of recording.operations) {
    if (left.has(operation.name)) continue;
    const input = randomInput(random, operation, rules);
    recording.output = randomOutput(random, operation, rules);
    recording.input = {};
    const Command = model.module[`${operation.name}Command`] as new (input: object) => object;
    try {
      const output = await readOutput(await client.send(new Command({ ...input })));
      const found = [
        ...differences(input, recording.input, 'input'),
        ...differences(recording.output, output, 'output'),
      ].filter((difference) => !isAddition(difference));
      problems.push(...found.map((text) => `${operation.name} ${text}`));
    } catch (error) {
      problems.push(`${operation.name} ${String(error)}`);
    }
  }
  client.destroy();
  return problems;
};

describe(`with random values of seed ${seed}`, () => {
  const byName = recordings.map((pair) => [pair.model.facts.name, pair] as const);
  test.each(byName)(
    'every operation of %s carries its input and output over the wire',
    async (_name, pair) => {
      expect(await roundTrip(pair)).toEqual([]);
    },
    patienceMs,
  );

  test(
    'every operation of cloudwatch carries its input and output in its older protocol too',
    async () => {
      const pair = recordings.find(({ model }) => model.facts.name === 'cloudwatch');
      if (pair === undefined) throw new Error('no cloudwatch');
      const queryClient = new AutoScalingClient(cloud.clientConfig);
      const protocol: unknown = queryClient.config.protocol.constructor;
      expect(await roundTrip(pair, { ...cloud.clientConfig, protocol })).toEqual([]);
    },
    patienceMs,
  );
});
