import { randomBytes, createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createIam } from '#localcloud/services/iam/index';
import { createS3 } from '#localcloud/services/s3/index';
import { poll } from '#test/helpers/poll';
import { startTestCloud, type TestCloud } from '#test/helpers/start-test-cloud';

let cloud: TestCloud;
let s3: S3;
let Bucket: string;

beforeAll(async () => {
  cloud = await startTestCloud({ services: [createIam, createS3], log: () => undefined });
  s3 = new S3(cloud.clientConfig);
});
afterAll(async () => {
  s3.destroy();
  await cloud.stop();
});
beforeEach(async () => {
  Bucket = `b-${randomBytes(8).toString('hex')}`;
  await s3.createBucket({ Bucket });
});

const enableVersioning = () =>
  s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
const read = async (Key: string, more: object = {}): Promise<string> => {
  const { Body } = await s3.getObject({ Bucket, Key, ...more });
  return (await Body?.transformToString()) ?? '';
};

describe('Amazon S3 objects (from-docs)', () => {
  test.each([0, 1, 16_384, 16_385, 3_000_000])('%i bytes come back as they went', async (size) => {
    const body = randomBytes(size);
    const put = await s3.putObject({ Bucket, Key: 'k', Body: body });
    expect(put.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    const { Body, ContentLength } = await s3.getObject({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' });
    expect(ContentLength).toBe(size);
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  test('a stream of unknown chunks is taken with its trailing checksum', async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => randomBytes(1 + index * 1000));
    const body = Buffer.concat(chunks);
    const put = await s3.putObject({
      Bucket,
      Key: 'k',
      Body: Readable.from(chunks, { objectMode: false }),
      ContentLength: body.length,
      ChecksumAlgorithm: 'SHA256',
    });
    expect(put.ChecksumSHA256).toBe(createHash('sha256').update(body).digest('base64'));
    const head = await s3.headObject({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' });
    expect(head).toMatchObject({ ChecksumSHA256: put.ChecksumSHA256, ContentLength: body.length });
    expect(head.ContentEncoding).toBeUndefined();
  });

  test.each([
    'apps/../../x',
    'apps//x.zip',
    '/leading',
    'a b+c&d=e?f#g%2F.zip',
    'quotes"\'`$(id)',
    'ünïcode/😀',
    'trailing/',
    'x'.repeat(1024),
  ])('the key %j is one key, literally', async (Key) => {
    await s3.putObject({ Bucket, Key, Body: 'x' });
    expect(await read(Key)).toBe('x');
    const listed = await s3.listObjectsV2({ Bucket });
    expect(listed.Contents?.map((each) => each.Key)).toEqual([Key]);
    await s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key }] } });
    expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
  });

  test('headers, user metadata and overrides', async () => {
    const Expires = new Date('2030-01-02T03:04:05Z');
    await s3.putObject({
      Bucket,
      Key: 'k',
      Body: 'hello',
      ContentType: 'text/plain; charset=utf-8',
      ContentEncoding: 'identity',
      ContentDisposition: 'attachment; filename="a.txt"',
      CacheControl: 'max-age=60',
      Expires,
      StorageClass: 'STANDARD_IA',
      Metadata: { release: '1.0.0' },
    });
    expect(await s3.headObject({ Bucket, Key: 'k' })).toMatchObject({
      ContentType: 'text/plain; charset=utf-8',
      ContentEncoding: 'identity',
      ContentDisposition: 'attachment; filename="a.txt"',
      CacheControl: 'max-age=60',
      StorageClass: 'STANDARD_IA',
      Metadata: { release: '1.0.0' },
      AcceptRanges: 'bytes',
      ServerSideEncryption: 'AES256',
    });
    const overridden = await s3.getObject({ Bucket, Key: 'k', ResponseContentType: 'text/html' });
    expect(overridden.ContentType).toBe('text/html');
    await overridden.Body?.transformToString();
  });

  test('ranges are 206 with their place, and 416 outside', async () => {
    await s3.putObject({ Bucket, Key: 'k', Body: '0123456789' });
    const part = await s3.getObject({ Bucket, Key: 'k', Range: 'bytes=3-5' });
    expect(part.$metadata.httpStatusCode).toBe(206);
    expect(part).toMatchObject({ ContentRange: 'bytes 3-5/10', ContentLength: 3 });
    expect(await part.Body?.transformToString()).toBe('345');
    await expect(s3.getObject({ Bucket, Key: 'k', Range: 'bytes=10-' })).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
    expect(await read('k', { Range: 'bytes=5-2' })).toBe('0123456789');
  });

  test('missing things have the names that clients look for', async () => {
    await expect(s3.getObject({ Bucket, Key: 'no' })).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(s3.headObject({ Bucket, Key: 'no' })).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.headBucket({ Bucket: 'no-such-bucket' })).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.listObjectsV2({ Bucket: 'no-such-bucket' })).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(s3.createBucket({ Bucket })).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    await expect(s3.deleteObject({ Bucket, Key: 'no' })).resolves.toMatchObject({
      $metadata: { httpStatusCode: 204 },
    });
  });

  test('conditions: 412 and 304', async () => {
    const { ETag = '' } = await s3.putObject({ Bucket, Key: 'k', Body: '1', IfNoneMatch: '*' });
    await expect(s3.putObject({ Bucket, Key: 'k', Body: '2', IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    await s3.putObject({ Bucket, Key: 'k', Body: '2', IfMatch: ETag });
    await expect(s3.putObject({ Bucket, Key: 'k', Body: '3', IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(s3.putObject({ Bucket, Key: 'no', Body: '3', IfMatch: ETag })).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    const current = await s3.headObject({ Bucket, Key: 'k' });
    await expect(s3.getObject({ Bucket, Key: 'k', IfNoneMatch: current.ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    expect(await read('k')).toBe('2');
  });

  test('wrong digests are refused and leave nothing', async () => {
    const bad = { Bucket, Key: 'k', Body: 'x' };
    await expect(s3.putObject({ ...bad, ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(s3.putObject({ ...bad, ContentMD5: 'short' })).rejects.toMatchObject({
      name: 'InvalidDigest',
    });
    await expect(s3.putObject({ ...bad, ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
    });
    expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
  });

  test('an upload whose client goes away leaves nothing', async () => {
    const incoming = join(cloud.cloud.context.stateDir, 's3', 'incoming');
    const arrived = (wanted: boolean): true | undefined =>
      readdirSync(incoming).length > 0 === wanted || undefined;
    const client = new AbortController();
    const body = new PassThrough({ highWaterMark: 4_000_000 });
    body.write(randomBytes(3_000_000));
    const upload = s3.putObject(
      { Bucket, Key: 'k', Body: body, ContentLength: 6_000_000 },
      { abortSignal: client.signal },
    );
    const outcome = expect(upload).rejects.toMatchObject({ name: 'AbortError' });
    await poll(
      () => arrived(true),
      4000,
      () => 'no part of the body has arrived',
    );
    client.abort();
    await outcome;
    await poll(
      () => arrived(false),
      4000,
      () => 'the partial file is still there',
    );
    expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
  });

  test('versions, delete markers and their listing', async () => {
    await enableVersioning();
    const first = await s3.putObject({ Bucket, Key: 'k', Body: '1' });
    const second = await s3.putObject({ Bucket, Key: 'k', Body: '2' });
    const gone = await s3.deleteObject({ Bucket, Key: 'k' });
    expect(gone.DeleteMarker).toBe(true);
    const listed = await s3.listObjectVersions({ Bucket, MaxKeys: 2 });
    expect(listed).toMatchObject({
      IsTruncated: true,
      NextKeyMarker: 'k',
      NextVersionIdMarker: second.VersionId,
    });
    const rest = await s3.listObjectVersions({
      Bucket,
      KeyMarker: listed.NextKeyMarker,
      VersionIdMarker: listed.NextVersionIdMarker,
    });
    expect(rest.Versions?.map(({ VersionId }) => VersionId)).toEqual([first.VersionId]);
    expect(await read('k', { VersionId: first.VersionId })).toBe('1');
    await expect(s3.getObject({ Bucket, Key: 'k', VersionId: gone.VersionId })).rejects.toMatchObject({
      name: 'MethodNotAllowed',
      $metadata: { httpStatusCode: 405 },
    });
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: gone.VersionId });
    expect(await read('k')).toBe('2');
  });
});

describe('Amazon S3 listings (from-docs)', () => {
  test('pages, prefixes and delimiters', async () => {
    const keys = ['a/1', 'a/2', 'b', 'c/d/1', 'c/e', 'd'];
    await Promise.all(keys.map((Key) => s3.putObject({ Bucket, Key, Body: 'x' })));
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.listObjectsV2({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken });
      found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''));
      found.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(found.toSorted()).toEqual(['a/', 'b', 'c/', 'd']);
    const below = await s3.listObjectsV2({ Bucket, Prefix: 'c/', Delimiter: '/', StartAfter: 'c/d/1' });
    expect(below.Contents?.map(({ Key }) => Key)).toEqual(['c/e']);
    const old = await s3.listObjects({ Bucket, Delimiter: '/', MaxKeys: 1 });
    expect(old).toMatchObject({ IsTruncated: true, NextMarker: 'a/' });
    const next = await s3.listObjects({ Bucket, Delimiter: '/', Marker: old.NextMarker });
    expect(next.CommonPrefixes).toEqual([{ Prefix: 'c/' }]);
  });

  test('a forged token is refused', async () => {
    await expect(s3.listObjectsV2({ Bucket, ContinuationToken: 'forged' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });

  test('1,001 keys are two pages', async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => `k${index}`);
    for (let start = 0; start < keys.length; start += 50) {
      await Promise.all(keys.slice(start, start + 50).map((Key) => s3.putObject({ Bucket, Key, Body: 'x' })));
    }
    const first = await s3.listObjectsV2({ Bucket });
    expect(first).toMatchObject({ KeyCount: 1000, IsTruncated: true });
    const second = await s3.listObjectsV2({ Bucket, ContinuationToken: first.NextContinuationToken });
    expect(second).toMatchObject({ KeyCount: 1, IsTruncated: false });
    const Objects = keys.map((Key) => ({ Key }));
    await expect(s3.deleteObjects({ Bucket, Delete: { Objects } })).rejects.toMatchObject({
      name: 'MalformedXML',
    });
  });
});
