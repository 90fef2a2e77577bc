import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { RandomSource } from './random-value.ts';
import { createRandomSource } from './random-value.ts';
import { createRecordingService } from './recording-service.ts';
import { serviceModels } from './service-models.ts';
import type { RequestParts } from './signed-request.ts';
import { signedRequest } from './signed-request.ts';

const seed = Number(process.env['HOSTILE_SEED'] ?? Date.now() % 1_000_000);
const rounds = 150;
const logged: unknown[] = [];
// Seconds on an idle machine; other suites may run beside this one.
const patienceMs = 60_000;
let cloud: TestCloud;

beforeAll(async () => {
  const services = serviceModels.map((model) => createRecordingService(model).create);
  cloud = await startTestCloud({
    services,
    log: (level, message, fields) => {
      if (level !== 'debug') logged.push({ level, message, fields });
    },
  });
});

afterAll(() => cloud.stop());

const form = { 'content-type': 'application/x-www-form-urlencoded' };

// One valid request of each protocol, to be damaged.
const requests: readonly (readonly [string, RequestParts])[] = [
  [
    'ec2',
    {
      service: 'ec2',
      method: 'POST',
      path: '/',
      headers: form,
      body: 'Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1&Monitoring.Enabled=true&BlockDeviceMapping.1.Ebs.VolumeSize=8',
    },
  ],
  [
    'query',
    {
      service: 'autoscaling',
      method: 'POST',
      path: '/',
      headers: form,
      body: 'Action=CreateAutoScalingGroup&AutoScalingGroupName=a&MinSize=1&MaxSize=2&AvailabilityZones.member.1=a&Tags.member.1.Key=k',
    },
  ],
  [
    'json-1.1',
    {
      service: 'events',
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': 'AWSEvents.PutEvents' },
      body: '{"Entries":[{"Time":1.5,"Source":"s","DetailType":"d","Detail":"{}","Resources":["a"]}]}',
    },
  ],
  [
    'rest-json',
    {
      service: 'lambda',
      method: 'POST',
      path: '/2015-03-31/functions',
      body: '{"FunctionName":"f","Role":"r","Code":{"ZipFile":"AAAA"},"Timeout":3,"Tags":{"a":"b"},"Publish":true}',
    },
  ],
  [
    'rest-xml',
    {
      method: 'POST',
      path: '/bucket',
      parameter: 'delete',
      body: '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a&amp;b</Key><Size>3</Size></Object><Quiet>true</Quiet></Delete>',
    },
  ],
];

const fragments = [
  '',
  '%',
  '%zz',
  '&',
  '&amp',
  '=',
  '.',
  '..',
  '<',
  '</',
  '<![CDATA[',
  '<!DOCTYPE x>',
  '{',
  '}',
  '[',
  '"',
  '\\u',
  '\u0000',
  'é',
  '-1',
  '1e999',
  'null',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
];

const damage = (random: RandomSource, text: string): string => {
  const at = Math.floor(random() * (text.length + 1));
  const cut = Math.floor(random() ** 3 * text.length);
  return (
    text.slice(0, at) + (fragments[Math.floor(random() * fragments.length)] ?? '') + text.slice(at + cut)
  );
};

const exchange = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (received.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(received.slice(0, received.indexOf('\r\n'))));
    socket.on('error', reject);
    socket.end(text);
  });

describe(`damaged requests of seed ${seed}`, () => {
  test.each(requests)(
    'in %s are answered, and never as a failure of ours',
    async (_protocol, parts) => {
      const random = createRandomSource(seed);
      const port = Number(new URL(cloud.cloud.endpointUrl).port);
      const statuses = new Map<string, string>();
      for (let round = 0; round < rounds; round += 1) {
        const body = damage(random, parts.body ?? '');
        const status = await exchange(port, signedRequest({ ...parts, body }).text);
        statuses.set(status, body);
      }
      const unexpected = [...statuses].filter(([status]) => !/^HTTP\/1.1 [24]\d\d /.test(status));
      expect(unexpected).toEqual([]);
      expect(logged).toEqual([]);
    },
    patienceMs,
  );
});
