import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bodyOf, type InProcessCloud, openInProcessCloud } from './in-process-cloud.ts';

let cloud: InProcessCloud;
beforeEach(async () => {
  cloud = await openInProcessCloud();
});
afterEach(() => cloud.close());

describe('buckets', () => {
  test.each(['ab', 'A-b', 'a..b', '-ab', 'a_b', '192.168.1.1', 'xn--abc', 'x'.repeat(64)])(
    'refuses the name %j',
    async (Bucket) => {
      await expect(cloud.context.peers.s3.CreateBucket({ Bucket }, cloud.root)).rejects.toMatchObject({
        code: 'InvalidBucketName',
      });
    },
  );

  test('a name exists once; only an empty bucket goes', async () => {
    const { s3 } = cloud.context.peers;
    await s3.CreateBucket({ Bucket: 'one' }, cloud.root);
    await expect(s3.CreateBucket({ Bucket: 'one' }, cloud.root)).rejects.toMatchObject({
      code: 'BucketAlreadyOwnedByYou',
      status: 409,
    });
    await s3.PutObject({ Bucket: 'one', Key: 'a', Body: bodyOf('x') }, cloud.root);
    await expect(s3.DeleteBucket({ Bucket: 'one' }, cloud.root)).rejects.toMatchObject({
      code: 'BucketNotEmpty',
    });
    await s3.DeleteObject({ Bucket: 'one', Key: 'a' }, cloud.root);
    await s3.DeleteBucket({ Bucket: 'one' }, cloud.root);
    await expect(s3.HeadBucket({ Bucket: 'one' }, cloud.root)).rejects.toMatchObject({
      code: 'NotFound',
      status: 404,
    });
    await expect(s3.ListObjectsV2({ Bucket: 'one' }, cloud.root)).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
  });

  test('another expected owner is denied', async () => {
    const { s3 } = cloud.context.peers;
    await s3.CreateBucket({ Bucket: 'one' }, cloud.root);
    await expect(
      s3.HeadObject({ Bucket: 'one', Key: 'a', ExpectedBucketOwner: '111122223333' }, cloud.root),
    ).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  test('settings come back as they were put, or as AWS names their absence', async () => {
    const { s3 } = cloud.context.peers;
    const Bucket = 'one';
    await s3.CreateBucket({ Bucket }, cloud.root);
    await expect(s3.GetBucketPolicy({ Bucket }, cloud.root)).rejects.toMatchObject({
      code: 'NoSuchBucketPolicy',
    });
    await expect(s3.GetBucketTagging({ Bucket }, cloud.root)).rejects.toMatchObject({ code: 'NoSuchTagSet' });
    await expect(s3.GetBucketLifecycleConfiguration({ Bucket }, cloud.root)).rejects.toMatchObject({
      code: 'NoSuchLifecycleConfiguration',
    });
    await s3.PutBucketTagging({ Bucket, Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }, cloud.root);
    expect(await s3.GetBucketTagging({ Bucket }, cloud.root)).toEqual({ TagSet: [{ Key: 'k', Value: 'v' }] });
    const expiry = new Date('2027-01-01T00:00:00Z');
    await s3.PutBucketLifecycleConfiguration(
      { Bucket, LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Expiration: { Date: expiry } }] } },
      cloud.root,
    );
    const { Rules } = await s3.GetBucketLifecycleConfiguration({ Bucket }, cloud.root);
    expect(Rules?.[0]?.Expiration?.Date).toEqual(expiry);
    expect(await s3.GetBucketLocation({ Bucket }, cloud.root)).toEqual({
      LocationConstraint: 'eu-central-1',
    });
    await expect(s3.PutBucketPolicy({ Bucket, Policy: 'x' }, cloud.root)).rejects.toMatchObject({
      code: 'MalformedPolicy',
    });
  });
});
