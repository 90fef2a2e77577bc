import { createHash, randomBytes } from 'node:crypto';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIam } from '#localcloud/services/iam/index';
import { createS3 } from '#localcloud/services/s3/index';
import { startTestCloud, type TestCloud } from '#test/helpers/start-test-cloud';

let cloud: TestCloud;
let s3: S3;
const Bucket = 'multipart';
const MiB = 1024 ** 2;

beforeAll(async () => {
  cloud = await startTestCloud({ services: [createIam, createS3], log: () => undefined });
  s3 = new S3(cloud.clientConfig);
  await s3.createBucket({ Bucket });
});
afterAll(async () => {
  s3.destroy();
  await cloud.stop();
});

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();

describe('multipart uploads over the wire (from-docs)', () => {
  test('parts sent in any order make one object', async () => {
    const Key = 'a/big file.zip';
    const parts = [randomBytes(5 * MiB), randomBytes(6 * MiB), randomBytes(1234)];
    const { UploadId = '' } = await s3.createMultipartUpload({ Bucket, Key, Metadata: { by: 'test' } });
    const sent = await Promise.all(
      [3, 1, 2].map(async (PartNumber) => {
        const Body = parts[PartNumber - 1] ?? Buffer.alloc(0);
        const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
        return { PartNumber, ETag };
      }),
    );
    const { Parts } = await s3.listParts({ Bucket, Key, UploadId });
    expect(Parts?.map(({ Size }) => Size)).toEqual(parts.map(({ length }) => length));
    const unordered = s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts: sent } });
    await expect(unordered).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    const answer = await s3.completeMultipartUpload({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: sent.toSorted((one, other) => one.PartNumber - other.PartNumber) },
    });
    expect(answer.ETag).toBe(`"${md5(Buffer.concat(parts.map(md5))).toString('hex')}-3"`);
    const { Body, Metadata } = await s3.getObject({ Bucket, Key });
    expect(Metadata).toEqual({ by: 'test' });
    expect(md5((await Body?.transformToByteArray()) ?? new Uint8Array())).toEqual(md5(Buffer.concat(parts)));
  });

  test('a copy of it is one piece, with an MD5 for ETag', async () => {
    const Key = 'pieces';
    const body = randomBytes(20_000);
    const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
    const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: body });
    await s3.completeMultipartUpload({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    });
    const copy = await s3.copyObject({ Bucket, Key: 'whole', CopySource: `${Bucket}/${Key}` });
    expect(copy.CopyObjectResult?.ETag).toBe(`"${md5(body).toString('hex')}"`);
    const attributes = await s3.getObjectAttributes({
      Bucket,
      Key,
      ObjectAttributes: ['ETag', 'ObjectSize', 'ObjectParts'],
    });
    expect(attributes).toMatchObject({ ObjectSize: body.length, ObjectParts: { TotalPartsCount: 1 } });
  });

  test('ten thousand parts are completed in linear time', async () => {
    const Key = 'many';
    const context = cloud.cloud.context;
    const { UploadId = '' } = await s3.createMultipartUpload({ Bucket, Key });
    const { ETag = '' } = await s3.uploadPart({
      Bucket,
      Key,
      UploadId,
      PartNumber: 1,
      Body: randomBytes(5 * MiB),
    });
    const insert = context.store.database.prepare(
      'insert into s3_part select owner, ?, file, size, etag, checksum, modified from s3_part where owner = ? and number = 1',
    );
    context.store.transaction(() => {
      for (let number = 2; number <= 10_000; number += 1) insert.run(number, UploadId);
    });
    const Parts = Array.from({ length: 10_000 }, (_, index) => ({ PartNumber: index + 1, ETag }));
    const started = performance.now();
    await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    expect(performance.now() - started).toBeLessThan(10_000);
    const tail = await s3.getObject({ Bucket, Key, Range: 'bytes=-10' });
    expect(tail.ContentRange).toBe(
      `bytes ${10_000 * 5 * MiB - 10}-${10_000 * 5 * MiB - 1}/${10_000 * 5 * MiB}`,
    );
    expect((await tail.Body?.transformToByteArray())?.length).toBe(10);
  });
});
