import { connect } from 'node:net';
import { Readable } from 'node:stream';
import * as Ec2 from '@aws-sdk/client-ec2';
import * as S3 from '@aws-sdk/client-s3';
import * as States from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Call } from '#localcloud/service';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { createEc2, createS3, createStates, lastCall, objects, role } from './gateway-services.ts';
import { signedRequest } from './signed-request.ts';

let cloud: TestCloud;
let s3: S3.S3Client;

beforeAll(async () => {
  cloud = await startTestCloud({ services: [createS3, createEc2, createStates], log: () => undefined });
  s3 = new S3.S3Client(cloud.clientConfig);
});

afterAll(() => cloud.stop());

const asReader = (sessionToken = 'token') => ({
  ...cloud.clientConfig,
  credentials: { accessKeyId: 'ASIAREADER', secretAccessKey: 'secret', sessionToken },
});

/** Sends bytes as they are and reads until the server closes or has said `until`. */
const raw = (text: string | Buffer, until = '\r\n\r\n'): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(cloud.cloud.endpointUrl).port), '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (received.includes(until)) socket.destroy();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
    socket.write(text);
  });

const signedPut = (path: string, body: string): string => signedRequest({ method: 'PUT', path, body }).text;

describe('signatures', () => {
  test('refuses an unknown key and a wrong secret in the words of each protocol', async () => {
    const unknown = {
      ...cloud.clientConfig,
      credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' },
    };
    const wrong = { ...cloud.clientConfig, credentials: { accessKeyId: 'kiln', secretAccessKey: 'x' } };
    const codes = async (config: typeof unknown) => {
      const calls = [
        new S3.S3Client(config).send(new S3.ListObjectsV2Command({ Bucket: 'bucket' })),
        new Ec2.EC2Client(config).send(new Ec2.DescribeImagesCommand({})),
        new States.SFNClient(config).send(new States.ListStateMachinesCommand({})),
      ];
      const settled = await Promise.allSettled(calls);
      return settled.map((result) =>
        result.status === 'rejected' ? (result.reason as Error).name : 'no error',
      );
    };
    expect(await codes(unknown)).toEqual([
      'InvalidAccessKeyId',
      'AuthFailure',
      'UnrecognizedClientException',
    ]);
    expect(await codes(wrong)).toEqual(['SignatureDoesNotMatch', 'AuthFailure', 'InvalidSignatureException']);
  });

  test('accepts test/test as root, and a session token only when it is the right one', async () => {
    const list = new S3.ListObjectsV2Command({ Bucket: 'bucket' });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    await expect(new S3.S3Client({ ...cloud.clientConfig, credentials }).send(list)).resolves.toBeDefined();
    await expect(new S3.S3Client(asReader()).send(list)).resolves.toBeDefined();
    await expect(new S3.S3Client(asReader('other')).send(list)).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });

  test('K02 refuses a clock that is more than a quarter of an hour off', async () => {
    const client = new S3.S3Client({ ...cloud.clientConfig, systemClockOffset: -16 * 60 * 1000 });
    await expect(client.send(new S3.ListObjectsV2Command({ Bucket: 'bucket' }))).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
    });
  });

  test('refuses an unsigned request', async () => {
    const answer = await fetch(`${cloud.cloud.endpointUrl}/bucket/key`);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ]);
  });

  test('refuses a body that is not the one signed', async () => {
    const text = signedPut('/bucket/key', 'right').replace('right', 'wrong');
    expect(await raw(text, '</Error>')).toContain('XAmzContentSHA256Mismatch');
  });

  test('accepts signed chunks and refuses a changed one', async () => {
    const chunk = (data: string, sent: string, signature: string): string =>
      `${data.length.toString(16)};chunk-signature=${signature}\r\n${sent}\r\n`;
    const send = (data: string, sent: string): Promise<string> => {
      const length = [data, ''].map((part) => chunk(part, part, '0'.repeat(64))).join('').length;
      const { text, signChunk } = signedRequest({
        method: 'PUT',
        path: '/bucket/chunks',
        payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        headers: {
          'content-encoding': 'aws-chunked',
          'content-length': String(length),
          'x-amz-decoded-content-length': String(data.length),
        },
      });
      return raw(text + chunk(data, sent, signChunk(data)) + chunk('', '', signChunk('')));
    };
    expect(await send('hello', 'hello')).toContain('200 OK');
    expect(objects.get('chunks')?.body.toString()).toBe('hello');
    expect(objects.get('chunks')?.input).toMatchObject({ ContentLength: 5 });
    expect(objects.get('chunks')?.input).not.toHaveProperty('ContentEncoding');
    expect(await send('hello', 'jello')).toContain('403 Forbidden');
  });
});

describe('bodies', () => {
  test('a streamed body brings its checksum along once it has been read', async () => {
    const body = Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(50_000, 2)]);
    await s3.send(
      new S3.PutObjectCommand({ Bucket: 'bucket', Key: 'stream', Body: body, ContentLength: 150_000 }),
    );
    expect(objects.get('stream')).toMatchObject({
      input: { ChecksumCRC32: expect.any(String), ContentLength: 150_000 },
    });
    expect(objects.get('stream')?.body).toHaveLength(150_000);
  });

  test('refuses a trailer checksum that does not fit', async () => {
    const body = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';
    const headers = { 'content-encoding': 'aws-chunked', 'x-amz-trailer': 'x-amz-checksum-crc32' };
    const payloadHash = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
    const { text } = signedRequest({ method: 'PUT', path: '/bucket/trailer', headers, body, payloadHash });
    expect(await raw(text, '</Error>')).toContain('<Code>BadDigest</Code>');
  });

  test('keeps keys as they are sent', async () => {
    const keys = ['a//b', '/a', 'a/../b', './a', 'a b+c%20', 'ü/漢?#&=', 'a/'];
    for (const Key of keys) await s3.send(new S3.PutObjectCommand({ Bucket: 'bucket', Key, Body: Key }));
    expect(keys.filter((key) => objects.get(key)?.body.toString() !== key)).toEqual([]);
  });

  test('an answer with a range is partial', async () => {
    await s3.send(new S3.PutObjectCommand({ Bucket: 'bucket', Key: 'r', Body: 'x' }));
    const { $metadata } = await s3.send(
      new S3.GetObjectCommand({ Bucket: 'bucket', Key: 'r', Range: 'bytes=0-0' }),
    );
    expect($metadata.httpStatusCode).toBe(206);
  });
});

describe('connections', () => {
  test('stay in step when a body was refused unread', async () => {
    const big = 'x'.repeat(300_000);
    const refused = signedPut('/bucket/key', big).replace(/Signature=./, 'Signature=z');
    const good = signedPut('/bucket/after', 'after');
    const answer = await raw(refused + good, 'etag');
    expect(answer.match(/HTTP\/1.1 (\d+)/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200']);
  });

  test.each(['<Delete><Object>', '<!DOCTYPE a><Delete/>', 'text'])(
    'answer 400 to the XML %j',
    async (body) => {
      const { text } = signedRequest({ method: 'POST', path: '/bucket', parameter: 'delete', body });
      const answer = await raw(text, '</Error>');
      expect(answer).toContain('400 Bad Request');
      expect(answer).toContain('<Code>MalformedXML</Code>');
    },
  );

  test.each([
    'GET /b/%zz HTTP/1.1\r\nhost: h\r\n\r\n',
    'GET /?a=%zz HTTP/1.1\r\nhost: h\r\n\r\n',
    'NONSENSE\r\n\r\n',
  ])('answer 4xx to %j and never a stack', async (text) => {
    const answer = await raw(text);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(answer).not.toMatch(/ at .*\.ts/);
  });

  test('tell the operation that its client went away', async () => {
    const controller = new AbortController();
    const ec2 = new Ec2.EC2Client(cloud.clientConfig);
    delete lastCall.value;
    const pending = ec2.send(new Ec2.DescribeImagesCommand({}), { abortSignal: controller.signal });
    const aborted = pending.catch((error: unknown) => (error as Error).name);
    while (lastCall.value === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { signal } = lastCall.value as Call;
    controller.abort();
    expect(await aborted).toBe('AbortError');
    if (signal?.aborted === false) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    expect(signal?.aborted).toBe(true);
  });
});

describe('permissions', () => {
  test('a role may do what its policies allow and nothing else', async () => {
    const reader = new S3.S3Client(asReader());
    await expect(
      reader.send(new S3.GetObjectCommand({ Bucket: 'bucket', Key: 'a//b' })),
    ).resolves.toBeDefined();
    expect(lastCall.value?.caller).toEqual(role);
    await expect(
      reader.send(new S3.PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' })),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${role.arn} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::bucket/k because no identity-based policy allows the s3:PutObject action`,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new Ec2.EC2Client(asReader()).send(new Ec2.DescribeImagesCommand({}))).rejects.toMatchObject(
      {
        name: 'UnauthorizedOperation',
        message: expect.stringMatching(/^You are not authorized to perform this operation. User: /),
      },
    );
  });

  test('hold between services too', async () => {
    const { context } = cloud.cloud;
    const call = context.asRole('arn:aws:iam::000000000000:role/reader', 'session');
    await expect(context.peers.s3.ListObjectsV2({ Bucket: 'bucket' }, call)).resolves.toEqual({
      Name: 'bucket',
    });
    await expect(
      context.peers.s3.DeleteObjects({ Bucket: 'b', Delete: { Objects: [] } }, call),
    ).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(
      context.peers.s3.GetBucketAcl({ Bucket: 'b' }, context.asService('s')),
    ).rejects.toMatchObject({
      code: 'NotImplemented',
    });
  });
});

describe('other paths', () => {
  test('a service answers its own, and the gateway its health', async () => {
    const url = cloud.cloud.endpointUrl;
    expect(await (await fetch(`${url}/_raw/x?y`)).text()).toBe('raw GET /_raw/x?y');
    expect(await (await fetch(`${url}/_local/health`)).json()).toMatchObject({
      services: ['s3', 'ec2', 'states'],
    });
  });
});
