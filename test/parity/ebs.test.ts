import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EBS } from '@aws-sdk/client-ebs';
import { EC2 } from '@aws-sdk/client-ec2';
import { createEbs } from '#localcloud/services/ebs/index';
import { createEc2 } from '#localcloud/services/ec2/index';
import { hastyClock } from '#test/helpers/hasty-clock';
import { createFakeHypervisor } from '#test/helpers/fake-hypervisor';
import { aBlock, aSnapshot, BLOCK_BYTES, checksumOf, putBlock } from '#test/helpers/snapshots';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { TestCloud } from '#test/helpers/start-test-cloud';

let stateDir: string;
let cloud: TestCloud;
let ebs: EBS;
let ec2: EC2;

const start = async (): Promise<void> => {
  cloud = await startTestCloud({
    stateDir,
    services: [createEbs, (context) => createEc2(context, { hypervisor: createFakeHypervisor() })],
    clock: hastyClock,
  });
  ebs = new EBS(cloud.clientConfig);
  ec2 = new EC2(cloud.clientConfig);
};

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'ebs-'));
  await start();
});

afterEach(async () => {
  await cloud.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const readBlock = async (snapshotId: string, index: number): Promise<Buffer> => {
  const { Blocks = [] } = await ebs.listSnapshotBlocks({ SnapshotId: snapshotId });
  const token = Blocks.find(({ BlockIndex }) => BlockIndex === index)?.BlockToken;
  const answer = await ebs.getSnapshotBlock({ SnapshotId: snapshotId, BlockIndex: index, BlockToken: token });
  return Buffer.from((await answer.BlockData?.transformToByteArray()) ?? []);
};

describe('writing a snapshot (from-docs)', () => {
  test('gives back every block that was written, and lists only those', async () => {
    const id = await aSnapshot(ebs, { blocks: { 0: aBlock(1), 7: aBlock(2) } });
    const { Blocks, VolumeSize, BlockSize } = await ebs.listSnapshotBlocks({ SnapshotId: id });
    expect(Blocks?.map(({ BlockIndex }) => BlockIndex)).toEqual([0, 7]);
    expect([VolumeSize, BlockSize]).toEqual([1, BLOCK_BYTES]);
    expect((await readBlock(id, 7)).equals(aBlock(2))).toBe(true);
  });

  test('a child has its parent’s blocks and its own over them', async () => {
    const parent = await aSnapshot(ebs, { blocks: { 0: aBlock(1), 1: aBlock(2) } });
    const child = await aSnapshot(ebs, { parent, blocks: { 1: aBlock(9), 4: aBlock(4) } });
    const { Blocks } = await ebs.listSnapshotBlocks({ SnapshotId: child });
    expect(Blocks?.map(({ BlockIndex }) => BlockIndex)).toEqual([0, 1, 4]);
    expect((await readBlock(child, 0)).equals(aBlock(1))).toBe(true);
    expect((await readBlock(child, 1)).equals(aBlock(9))).toBe(true);
    const changed = await ebs.listChangedBlocks({ FirstSnapshotId: parent, SecondSnapshotId: child });
    expect(changed.ChangedBlocks?.map(({ BlockIndex }) => BlockIndex)).toEqual([1, 4]);
  });

  test('a deleted parent’s blocks stay readable through its child', async () => {
    const parent = await aSnapshot(ebs, { blocks: { 0: aBlock(1) } });
    const child = await aSnapshot(ebs, { parent, blocks: { 1: aBlock(2) } });
    await ec2.deleteSnapshot({ SnapshotId: parent });
    await expect(ec2.describeSnapshots({ SnapshotIds: [parent] })).rejects.toMatchObject({
      name: 'InvalidSnapshot.NotFound',
    });
    expect((await readBlock(child, 0)).equals(aBlock(1))).toBe(true);
  });

  test('the last write of an index counts, and counts once', async () => {
    const { SnapshotId: id = '' } = await ebs.startSnapshot({ VolumeSize: 1 });
    await putBlock(ebs, id, 3, aBlock(1));
    await putBlock(ebs, id, 3, aBlock(2));
    const digest = createHash('sha256')
      .update(Buffer.from(checksumOf(aBlock(2)), 'base64'))
      .digest('base64');
    const answer = await ebs.completeSnapshot({
      SnapshotId: id,
      ChangedBlocksCount: 1,
      Checksum: digest,
      ChecksumAlgorithm: 'SHA256',
      ChecksumAggregationMethod: 'LINEAR',
    });
    expect(answer.Status).toBe('pending');
  });

  test('the same client token starts one snapshot, and refuses other parameters', async () => {
    const [one, two] = await Promise.all([
      ebs.startSnapshot({ VolumeSize: 1, ClientToken: 'token' }),
      ebs.startSnapshot({ VolumeSize: 1, ClientToken: 'token' }),
    ]);
    expect(two.SnapshotId).toBe(one.SnapshotId);
    await expect(ebs.startSnapshot({ VolumeSize: 2, ClientToken: 'token' })).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });

  test('a snapshot survives a restart of the cloud', async () => {
    const id = await aSnapshot(ebs, { blocks: { 2: aBlock(5) } });
    await cloud.stop();
    await start();
    expect((await readBlock(id, 2)).equals(aBlock(5))).toBe(true);
  });
});

describe('refusals (from-docs)', () => {
  test('a block whose checksum does not match', async () => {
    const { SnapshotId: id } = await ebs.startSnapshot({ VolumeSize: 1 });
    const put = ebs.putSnapshotBlock({
      SnapshotId: id,
      BlockIndex: 0,
      BlockData: aBlock(1),
      DataLength: BLOCK_BYTES,
      Checksum: checksumOf(aBlock(2)),
      ChecksumAlgorithm: 'SHA256',
    });
    await expect(put).rejects.toMatchObject({ name: 'ValidationException', Reason: 'INVALID_BLOCK' });
  });

  test('a block outside the volume', async () => {
    const { SnapshotId: id = '' } = await ebs.startSnapshot({ VolumeSize: 1 });
    await expect(putBlock(ebs, id, 2048, aBlock(1))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('an unknown snapshot, with status 404', async () => {
    await expect(putBlock(ebs, 'snap-0123456789abcdef0', 0, aBlock(1))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      Reason: 'SNAPSHOT_NOT_FOUND',
      message: "The snapshot 'snap-0123456789abcdef0' does not exist.",
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('a completion with a wrong count of blocks, which leaves the snapshot pending', async () => {
    const { SnapshotId: id = '' } = await ebs.startSnapshot({ VolumeSize: 1 });
    await putBlock(ebs, id, 0, aBlock(1));
    await expect(ebs.completeSnapshot({ SnapshotId: id, ChangedBlocksCount: 2 })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await putBlock(ebs, id, 1, aBlock(2));
  });

  test('a write after completion', async () => {
    const id = await aSnapshot(ebs);
    await expect(putBlock(ebs, id, 1, aBlock(1))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a parent together with Encrypted, and a child smaller than its parent', async () => {
    const parent = await aSnapshot(ebs, { volumeSize: 2 });
    await expect(
      ebs.startSnapshot({ VolumeSize: 2, ParentSnapshotId: parent, Encrypted: true }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(ebs.startSnapshot({ VolumeSize: 1, ParentSnapshotId: parent })).rejects.toMatchObject({
      name: 'ValidationException',
      Reason: 'INVALID_VOLUME_SIZE',
    });
  });

  test('changes between snapshots of different lineages', async () => {
    const [one, two] = [await aSnapshot(ebs), await aSnapshot(ebs)];
    await expect(
      ebs.listChangedBlocks({ FirstSnapshotId: one, SecondSnapshotId: two }),
    ).rejects.toMatchObject({ Reason: 'UNRELATED_SNAPSHOTS' });
  });
});
