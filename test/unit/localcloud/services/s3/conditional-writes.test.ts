import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bodyOf, type InProcessCloud, openInProcessCloud, readBody } from './in-process-cloud.ts';

let cloud: InProcessCloud;
const Bucket = 'documents';

beforeEach(async () => {
  cloud = await openInProcessCloud();
  await cloud.context.peers.s3.CreateBucket({ Bucket }, cloud.root);
});
afterEach(() => cloud.close());

const put = (Key: string, body: string, conditions: object = {}) =>
  cloud.context.peers.s3.PutObject({ Bucket, Key, Body: bodyOf(body), ...conditions }, cloud.root);

describe('conditional writes', () => {
  test('of many creators with If-None-Match, exactly one wins', async () => {
    const bodies = Array.from({ length: 30 }, (_, index) => `${index}`.repeat(index % 2 === 0 ? 10 : 20_000));
    const results = await Promise.allSettled(bodies.map((body) => put('lease', body, { IfNoneMatch: '*' })));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(29);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'PreconditionFailed', status: 412 });
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    const { Body } = await cloud.context.peers.s3.GetObject({ Bucket, Key: 'lease' }, cloud.root);
    expect(await readBody(Body)).toBe(bodies[winner]);
  });

  test('a counter kept by compare-and-swap loses no increment', async () => {
    await put('counter', '0');
    const increment = async (): Promise<void> => {
      const { Body, ETag } = await cloud.context.peers.s3.GetObject({ Bucket, Key: 'counter' }, cloud.root);
      const next = String(Number(await readBody(Body)) + 1);
      try {
        await put('counter', next, { IfMatch: ETag });
      } catch (error) {
        expect(error).toMatchObject({ code: 'PreconditionFailed' });
        await increment();
      }
    };
    await Promise.all(Array.from({ length: 20 }, increment));
    const { Body } = await cloud.context.peers.s3.GetObject({ Bucket, Key: 'counter' }, cloud.root);
    expect(await readBody(Body)).toBe('20');
  });

  test('If-Match on a key that is not there, or is deleted, is 404', async () => {
    await expect(put('a', 'x', { IfMatch: '"abc"' })).rejects.toMatchObject({
      code: 'NoSuchKey',
      status: 404,
    });
    await cloud.context.peers.s3.PutBucketVersioning(
      { Bucket, VersioningConfiguration: { Status: 'Enabled' } },
      cloud.root,
    );
    const { ETag } = await put('a', 'x');
    await cloud.context.peers.s3.DeleteObject({ Bucket, Key: 'a' }, cloud.root);
    await expect(put('a', 'y', { IfMatch: ETag })).rejects.toMatchObject({ code: 'NoSuchKey' });
    await expect(put('a', 'y', { IfNoneMatch: '*' })).resolves.toBeDefined();
  });

  test('If-None-Match takes only the star', async () => {
    await expect(put('a', 'x', { IfNoneMatch: '"abc"' })).rejects.toMatchObject({
      code: 'NotImplemented',
      status: 501,
    });
  });

  test('a delete with If-Match spares what was changed meanwhile', async () => {
    const { ETag } = await put('a', 'x');
    await put('a', 'y');
    await expect(
      cloud.context.peers.s3.DeleteObject({ Bucket, Key: 'a', IfMatch: ETag }, cloud.root),
    ).rejects.toMatchObject({ code: 'PreconditionFailed' });
  });

  test('reads honour If-Match before, and If-None-Match after it', async () => {
    const { ETag } = await put('a', 'x');
    const get = (conditions: object) =>
      cloud.context.peers.s3.GetObject({ Bucket, Key: 'a', ...conditions }, cloud.root);
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ status: 304 });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ status: 412 });
    await expect(get({ IfMatch: ETag, IfUnmodifiedSince: new Date(0) })).resolves.toBeDefined();
    await expect(get({ IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject({ status: 412 });
    await expect(get({ IfModifiedSince: new Date(Date.now() + 60_000) })).rejects.toMatchObject({
      status: 304,
    });
  });
});
