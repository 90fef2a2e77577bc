import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bodyOf, type InProcessCloud, openInProcessCloud } from './in-process-cloud.ts';

let cloud: InProcessCloud;
const Bucket = 'drop';

const prepare = async (): Promise<void> => {
  const { s3 } = cloud.context.peers;
  await s3.CreateBucket({ Bucket }, cloud.root);
  await s3.PutBucketNotificationConfiguration(
    { Bucket, NotificationConfiguration: { EventBridgeConfiguration: {} } },
    cloud.root,
  );
};

beforeEach(async () => {
  cloud = await openInProcessCloud();
  await prepare();
});
afterEach(() => cloud.close());

const put = (Key: string, body = 'hello') =>
  cloud.context.peers.s3.PutObject({ Bucket, Key, Body: bodyOf(body) }, cloud.root);

describe('object events', () => {
  test('a put is announced in the shape that AWS documents, the key not encoded', async () => {
    await put('apps/a b+c/ü.zip');
    expect(cloud.events).toEqual([
      {
        'detail-type': 'Object Created',
        source: 'aws.s3',
        resources: ['arn:aws:s3:::drop'],
        detail: {
          version: '0',
          bucket: { name: 'drop' },
          object: {
            key: 'apps/a b+c/ü.zip',
            size: 5,
            etag: '5d41402abc4b2a76b9719d911017c592',
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
          'request-id': 'request-1',
          requester: '000000000000',
          'source-ip-address': '127.0.0.1',
          reason: 'PutObject',
        },
      },
    ]);
  });

  test('carries the version only where versioning is enabled', async () => {
    const { s3 } = cloud.context.peers;
    await s3.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }, cloud.root);
    const { VersionId } = await put('a');
    await s3.DeleteObject({ Bucket, Key: 'a' }, cloud.root);
    await s3.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }, cloud.root);
    await put('a');
    expect(cloud.events.map(({ detail }) => detail)).toMatchObject([
      { object: { 'version-id': VersionId } },
      { reason: 'DeleteObject', 'deletion-type': 'Delete Marker Created' },
      { object: expect.not.objectContaining({ 'version-id': expect.anything() }) },
    ]);
  });

  test('copies, completed uploads and deletions are announced with their reason', async () => {
    const { s3 } = cloud.context.peers;
    await put('a');
    await s3.CopyObject({ Bucket, Key: 'b', CopySource: 'drop/a' }, cloud.root);
    const { UploadId } = await s3.CreateMultipartUpload({ Bucket, Key: 'c' }, cloud.root);
    const { ETag } = await s3.UploadPart(
      { Bucket, Key: 'c', UploadId, PartNumber: 1, Body: bodyOf('x') },
      cloud.root,
    );
    await s3.CompleteMultipartUpload(
      { Bucket, Key: 'c', UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } },
      cloud.root,
    );
    await s3.DeleteObject({ Bucket, Key: 'a' }, cloud.root);
    await s3.DeleteObject({ Bucket, Key: 'never' }, cloud.root);
    expect(cloud.events.map(({ detail }) => detail['reason'])).toEqual([
      'PutObject',
      'CopyObject',
      'CompleteMultipartUpload',
      'DeleteObject',
    ]);
    expect(cloud.events.at(-1)?.detail).toMatchObject({ 'deletion-type': 'Permanently Deleted' });
  });

  test('sequencers grow, also over a restart', async () => {
    await put('a');
    const again = await cloud.reopen();
    await again.context.peers.s3.PutObject({ Bucket, Key: 'a', Body: bodyOf('x') }, again.root);
    await again.close();
    const sequencers = [...cloud.events, ...again.events].map(
      ({ detail }) => (detail['object'] as { sequencer: string }).sequencer,
    );
    expect(sequencers).toHaveLength(2);
    expect(sequencers[0]! < sequencers[1]!).toBe(true);
  });

  test('a bucket without EventBridge announces nothing', async () => {
    const { s3 } = cloud.context.peers;
    await s3.PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration: {} }, cloud.root);
    await put('a');
    expect(cloud.events).toEqual([]);
  });

  test('an object whose event cannot be kept is not kept either', async () => {
    await cloud.close();
    cloud = await openInProcessCloud({
      publish: () => {
        throw new Error('disk full');
      },
    });
    await prepare();
    await expect(put('a', 'x'.repeat(20_000))).rejects.toThrow('disk full');
    await expect(cloud.context.peers.s3.HeadObject({ Bucket, Key: 'a' }, cloud.root)).rejects.toMatchObject({
      code: 'NotFound',
    });
  });
});
