import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bodyOf, type InProcessCloud, openInProcessCloud, readBody } from './in-process-cloud.ts';

let cloud: InProcessCloud;
const reference = { Bucket: 'drop', Key: 'big' };
const fiveMiB = Buffer.alloc(5 * 1024 ** 2, 'a');
const tail = Buffer.from('the end');

beforeEach(async () => {
  cloud = await openInProcessCloud();
  await cloud.context.peers.s3.CreateBucket({ Bucket: 'drop' }, cloud.root);
});
afterEach(() => cloud.close());

const start = async (more: object = {}): Promise<string> => {
  const { UploadId } = await cloud.context.peers.s3.CreateMultipartUpload(
    { ...reference, ...more },
    cloud.root,
  );
  return UploadId ?? '';
};
const upload = async (UploadId: string, PartNumber: number, body: Uint8Array, more: object = {}) => {
  const answer = await cloud.context.peers.s3.UploadPart(
    { ...reference, UploadId, PartNumber, Body: bodyOf(body), ...more },
    cloud.root,
  );
  return { ...answer, PartNumber };
};
const complete = (
  UploadId: string,
  Parts: { PartNumber: number; ETag?: string | undefined }[],
  more: object = {},
) =>
  cloud.context.peers.s3.CompleteMultipartUpload(
    { ...reference, UploadId, MultipartUpload: { Parts }, ...more },
    cloud.root,
  );
const files = (): number =>
  readdirSync(join(cloud.stateDir, 's3'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  ).length;
const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();

describe('multipart uploads', () => {
  test('the object is the listed parts in order, with the ETag of ETags', async () => {
    const id = await start({ ContentType: 'application/zip' });
    const last = await upload(id, 7, tail);
    const first = await upload(id, 2, fiveMiB);
    await upload(id, 9, Buffer.from('not listed'));
    await upload(id, 7, tail);
    const answer = await complete(id, [first, last]);
    expect(answer.ETag).toBe(
      `"${createHash('md5')
        .update(Buffer.concat([md5(fiveMiB), md5(tail)]))
        .digest('hex')}-2"`,
    );
    const { Body, ...found } = await cloud.context.peers.s3.GetObject(reference, cloud.root);
    expect(await readBody(Body)).toBe(Buffer.concat([fiveMiB, tail]).toString());
    expect(found).toMatchObject({
      ContentType: 'application/zip',
      ContentLength: fiveMiB.length + tail.length,
    });
    expect(files()).toBe(2);
    await expect(complete(id, [first, last])).rejects.toMatchObject({ code: 'NoSuchUpload' });
  });

  test('a range across parts and a part by its number are served', async () => {
    const id = await start();
    await complete(id, [await upload(id, 1, fiveMiB), await upload(id, 2, tail)]);
    const from = fiveMiB.length - 2;
    const across = await cloud.context.peers.s3.GetObject(
      { ...reference, Range: `bytes=${from}-${from + 4}` },
      cloud.root,
    );
    expect(await readBody(across.Body)).toBe('aathe');
    const part = await cloud.context.peers.s3.GetObject({ ...reference, PartNumber: 2 }, cloud.root);
    expect(part.PartsCount).toBe(2);
    expect(await readBody(part.Body)).toBe('the end');
    await expect(
      cloud.context.peers.s3.HeadObject({ ...reference, PartNumber: 3 }, cloud.root),
    ).rejects.toMatchObject({ status: 416 });
  });

  test('refuses parts out of order, unknown, of another ETag or too small', async () => {
    const id = await start();
    const one = await upload(id, 1, tail);
    const two = await upload(id, 2, tail);
    await expect(complete(id, [two, one])).rejects.toMatchObject({ code: 'InvalidPartOrder' });
    await expect(complete(id, [one, one])).rejects.toMatchObject({ code: 'InvalidPartOrder' });
    await expect(complete(id, [{ ...one, ETag: '"0"' }])).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(complete(id, [{ ...one, PartNumber: 3 }])).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(complete(id, [one, two])).rejects.toMatchObject({ code: 'EntityTooSmall' });
    await expect(complete(id, [])).rejects.toMatchObject({ code: 'MalformedXML' });
    await expect(upload(id, 10_001, tail)).rejects.toMatchObject({ code: 'InvalidArgument' });
    await expect(upload('nope', 1, tail)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });

  test('an aborted upload leaves no file', async () => {
    const id = await start();
    await upload(id, 1, tail);
    await cloud.context.peers.s3.AbortMultipartUpload({ ...reference, UploadId: id }, cloud.root);
    expect(files()).toBe(0);
    await expect(
      cloud.context.peers.s3.ListParts({ ...reference, UploadId: id }, cloud.root),
    ).rejects.toMatchObject({
      code: 'NoSuchUpload',
    });
  });

  test('completion is conditional too', async () => {
    await cloud.context.peers.s3.PutObject({ ...reference, Body: bodyOf('there') }, cloud.root);
    const id = await start();
    const part = await upload(id, 1, tail);
    await expect(complete(id, [part], { IfNoneMatch: '*' })).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
    const listed = await cloud.context.peers.s3.ListParts({ ...reference, UploadId: id }, cloud.root);
    expect(listed.Parts).toMatchObject([{ PartNumber: 1, Size: tail.length }]);
  });

  test('checksums of parts make the checksum of the object', async () => {
    const id = await start({ ChecksumAlgorithm: 'SHA256' });
    const part = await upload(id, 1, tail);
    const sha = createHash('sha256').update(tail).digest();
    expect(part.ChecksumSHA256).toBe(sha.toString('base64'));
    const answer = await complete(id, [part]);
    const composite = createHash('sha256').update(sha).digest('base64');
    expect(answer).toMatchObject({ ChecksumSHA256: `${composite}-1`, ChecksumType: 'COMPOSITE' });
  });

  test('parts can come from ranges of other objects', async () => {
    await cloud.context.peers.s3.PutObject(
      { Bucket: 'drop', Key: 'source', Body: bodyOf('0123456789') },
      cloud.root,
    );
    const id = await start();
    const { CopyPartResult } = await cloud.context.peers.s3.UploadPartCopy(
      { ...reference, UploadId: id, PartNumber: 1, CopySource: 'drop/source', CopySourceRange: 'bytes=3-5' },
      cloud.root,
    );
    await complete(id, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    const { Body } = await cloud.context.peers.s3.GetObject(reference, cloud.root);
    expect(await readBody(Body)).toBe('345');
  });

  test('a bucket with an unfinished upload is not empty', async () => {
    await start();
    const listed = await cloud.context.peers.s3.ListMultipartUploads({ Bucket: 'drop' }, cloud.root);
    expect(listed.Uploads).toMatchObject([{ Key: 'big' }]);
    await expect(cloud.context.peers.s3.DeleteBucket({ Bucket: 'drop' }, cloud.root)).rejects.toMatchObject({
      code: 'BucketNotEmpty',
    });
  });
});
