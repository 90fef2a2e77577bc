import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bodyOf, type InProcessCloud, openInProcessCloud, readBody } from './in-process-cloud.ts';

let cloud: InProcessCloud;
const Bucket = 'drop';

beforeEach(async () => {
  cloud = await openInProcessCloud();
  await cloud.context.peers.s3.CreateBucket({ Bucket }, cloud.root);
});
afterEach(() => cloud.close());

const put = (Key: string, body: string | Uint8Array, more: object = {}) =>
  cloud.context.peers.s3.PutObject({ Bucket, Key, Body: bodyOf(body), ...more }, cloud.root);
const get = async (Key: string, more: object = {}) => {
  const { Body, ...rest } = await cloud.context.peers.s3.GetObject({ Bucket, Key, ...more }, cloud.root);
  return { ...rest, text: await readBody(Body) };
};
const enableVersioning = () =>
  cloud.context.peers.s3.PutBucketVersioning(
    { Bucket, VersioningConfiguration: { Status: 'Enabled' } },
    cloud.root,
  );
const objectFiles = (): string[] =>
  readdirSync(join(cloud.stateDir, 's3'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
const large = Buffer.alloc(100_000, 'kiln ');

describe('objects', () => {
  test('the ETag is the MD5 and what was said about the object comes back', async () => {
    const answer = await put('a', 'hello', {
      ContentType: 'text/plain',
      ContentEncoding: 'aws-chunked',
      CacheControl: 'no-cache',
      Metadata: { owner: 'me' },
      Tagging: 'stage=dev&x=y%20z',
    });
    expect(answer.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const found = await get('a');
    expect(found).toMatchObject({
      text: 'hello',
      ContentLength: 5,
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Metadata: { owner: 'me' },
      TagCount: 2,
    });
    expect(found.ContentEncoding).toBeUndefined();
  });

  test.each(['apps/../../x', 'apps//x.zip', '/', '.', 'a\0b', '%2e%2e/x', 'ü'.repeat(512)])(
    'the key %j is kept literally and never becomes a file name',
    async (key) => {
      await put(key, large);
      expect((await get(key)).ContentLength).toBe(large.length);
      expect((await cloud.context.peers.s3.ListObjectsV2({ Bucket }, cloud.root)).Contents?.[0]?.Key).toBe(
        key,
      );
      expect(objectFiles()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    },
  );

  test('refuses a key over 1,024 bytes', async () => {
    await expect(put('ü'.repeat(513), '')).rejects.toMatchObject({ code: 'KeyTooLongError' });
  });

  test('a body that breaks off, or whose digest is wrong, leaves nothing', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(2_000_000);
        throw new Error('connection lost');
      })(),
    );
    await expect(
      cloud.context.peers.s3.PutObject({ Bucket, Key: 'a', Body: broken }, cloud.root),
    ).rejects.toThrow('connection lost');
    await expect(put('a', large, { ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' })).rejects.toMatchObject({
      code: 'BadDigest',
    });
    await expect(put('a', large, { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ code: 'BadDigest' });
    await expect(put('a', large, { ContentLength: large.length + 1 })).rejects.toMatchObject({
      code: 'IncompleteBody',
    });
    await expect(get('a')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(objectFiles()).toEqual([]);
  });

  test('overwriting removes the bytes of before, but not under a reader', async () => {
    await put('a', large);
    const { Body } = await cloud.context.peers.s3.GetObject({ Bucket, Key: 'a' }, cloud.root);
    await put('a', 'small');
    expect(objectFiles()).toHaveLength(1);
    expect(await readBody(Body)).toBe(large.toString());
    expect(objectFiles()).toEqual([]);
  });

  test('a start removes partial uploads and files that no object has', async () => {
    await put('a', large);
    const { writeFileSync, mkdirSync } = await import('node:fs');
    writeFileSync(join(cloud.stateDir, 's3', 'incoming', 'half'), 'x');
    mkdirSync(join(cloud.stateDir, 's3', 'objects', 'ff'), { recursive: true });
    writeFileSync(join(cloud.stateDir, 's3', 'objects', 'ff', 'ff00'), 'x');
    const again = await cloud.reopen();
    expect(objectFiles()).toHaveLength(1);
    const { Body } = await again.context.peers.s3.GetObject({ Bucket, Key: 'a' }, again.root);
    expect(await readBody(Body)).toBe(large.toString());
    await again.close();
  });

  test('stores the checksum asked for and shows it when asked', async () => {
    const answer = await put('a', '123456789', { ChecksumAlgorithm: 'CRC64NVME' });
    expect(answer.ChecksumCRC64NVME).toBe('rosUhgp5mIg=');
    expect(await get('a', { ChecksumMode: 'ENABLED' })).toMatchObject({
      ChecksumCRC64NVME: 'rosUhgp5mIg=',
      ChecksumType: 'FULL_OBJECT',
    });
    expect((await get('a')).ChecksumCRC64NVME).toBeUndefined();
  });

  test('serves ranges of small and large objects', async () => {
    await put('small', '0123456789');
    await put('large', large);
    expect(await get('small', { Range: 'bytes=2-4' })).toMatchObject({
      text: '234',
      ContentRange: 'bytes 2-4/10',
    });
    expect(await get('large', { Range: 'bytes=-7' })).toMatchObject({
      text: large.subarray(-7).toString(),
      ContentLength: 7,
    });
  });

  test('copies without touching the bytes; each copy lives on by itself', async () => {
    await put('a', large, { Metadata: { v: '1' } });
    await cloud.context.peers.s3.CopyObject({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }, cloud.root);
    expect(objectFiles()).toHaveLength(1);
    await cloud.context.peers.s3.DeleteObject({ Bucket, Key: 'a' }, cloud.root);
    expect(await get('b')).toMatchObject({ text: large.toString(), Metadata: { v: '1' } });
    await cloud.context.peers.s3.CopyObject(
      { Bucket, Key: 'b', CopySource: `/${Bucket}/b`, MetadataDirective: 'REPLACE', Metadata: { v: '2' } },
      cloud.root,
    );
    expect(await get('b')).toMatchObject({ text: large.toString(), Metadata: { v: '2' } });
    await expect(
      cloud.context.peers.s3.CopyObject({ Bucket, Key: 'b', CopySource: `${Bucket}/b` }, cloud.root),
    ).rejects.toMatchObject({ code: 'InvalidRequest' });
  });

  test('a delete marker hides the key; versions stay readable until deleted by id', async () => {
    await enableVersioning();
    const { VersionId: first } = await put('a', 'one');
    const { VersionId: second } = await put('a', large);
    const marker = await cloud.context.peers.s3.DeleteObject({ Bucket, Key: 'a' }, cloud.root);
    expect(marker.DeleteMarker).toBe(true);
    await expect(get('a')).rejects.toMatchObject({ code: 'NoSuchKey' });
    await expect(get('a', { VersionId: marker.VersionId })).rejects.toMatchObject({
      code: 'MethodNotAllowed',
    });
    await expect(get('a', { VersionId: 'nope' })).rejects.toMatchObject({ code: 'NoSuchVersion' });
    expect((await get('a', { VersionId: first })).text).toBe('one');

    const listed = await cloud.context.peers.s3.ListObjectVersions({ Bucket }, cloud.root);
    expect(listed.DeleteMarkers).toMatchObject([{ VersionId: marker.VersionId, IsLatest: true }]);
    expect(listed.Versions?.map(({ VersionId }) => VersionId)).toEqual([second, first]);

    await cloud.context.peers.s3.DeleteObject({ Bucket, Key: 'a', VersionId: marker.VersionId }, cloud.root);
    expect(await get('a')).toMatchObject({ VersionId: second });
    await cloud.context.peers.s3.DeleteObject({ Bucket, Key: 'a', VersionId: second }, cloud.root);
    expect((await get('a')).text).toBe('one');
    expect(objectFiles()).toEqual([]);
  });

  test('while versioning is suspended, writes replace the null version only', async () => {
    await put('a', 'before');
    await enableVersioning();
    const { VersionId: kept } = await put('a', 'kept');
    await cloud.context.peers.s3.PutBucketVersioning(
      { Bucket, VersioningConfiguration: { Status: 'Suspended' } },
      cloud.root,
    );
    expect((await put('a', 'after')).VersionId).toBe('null');
    const { Versions } = await cloud.context.peers.s3.ListObjectVersions({ Bucket }, cloud.root);
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['null', kept]);
  });

  test('deletes many at once and lists what was refused', async () => {
    await put('a', '1');
    const answer = await cloud.context.peers.s3.DeleteObjects(
      { Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'never' }, { Key: 'x'.repeat(1025) }] } },
      cloud.root,
    );
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'never']);
    expect(answer.Errors).toMatchObject([{ Code: 'KeyTooLongError' }]);
    const tooMany = Array.from({ length: 1001 }, (_, index) => ({ Key: String(index) }));
    await expect(
      cloud.context.peers.s3.DeleteObjects({ Bucket, Delete: { Objects: tooMany } }, cloud.root),
    ).rejects.toMatchObject({ code: 'MalformedXML' });
  });

  test('tells who may not list the bucket nothing about missing keys', async () => {
    const { peers } = cloud.context;
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    });
    await peers.iam.CreateRole({ RoleName: 'reader', AssumeRolePolicyDocument: trust }, cloud.root);
    const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` };
    await peers.iam.PutRolePolicy(
      { RoleName: 'reader', PolicyName: 'p', PolicyDocument: JSON.stringify({ Statement: [statement] }) },
      cloud.root,
    );
    const asReader = cloud.context.asRole('arn:aws:iam::000000000000:role/reader', 's');
    await expect(peers.s3.GetObject({ Bucket, Key: 'no' }, asReader)).rejects.toMatchObject({
      code: 'AccessDenied',
      status: 403,
    });
  });
});
