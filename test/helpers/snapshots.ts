import { createHash } from 'node:crypto';
import type { EBS } from '@aws-sdk/client-ebs';
import { poll } from './poll.ts';

/** Bytes of an EBS block. */
export const BLOCK_BYTES = 524_288;

/** A block filled with one byte. */
export const aBlock = (fill: number): Buffer => Buffer.alloc(BLOCK_BYTES, fill);

/** Base64 SHA-256. */
export const checksumOf = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64');

/** Writes one block of a pending snapshot. */
export const putBlock = async (ebs: EBS, snapshotId: string, index: number, data: Buffer): Promise<void> => {
  await ebs.putSnapshotBlock({
    SnapshotId: snapshotId,
    BlockIndex: index,
    BlockData: data,
    DataLength: BLOCK_BYTES,
    Checksum: checksumOf(data),
    ChecksumAlgorithm: 'SHA256',
  });
};

/** What a test snapshot is made of. */
export interface SnapshotContent {
  readonly blocks?: Readonly<Record<number, Buffer>>;
  readonly parent?: string;
  readonly volumeSize?: number;
}

/** Makes a completed snapshot of 1 GiB and returns its id. */
export const aSnapshot = async (
  ebs: EBS,
  { blocks = { 0: aBlock(1) }, parent, volumeSize = 1 }: SnapshotContent = {},
): Promise<string> => {
  const { SnapshotId: id = '' } = await ebs.startSnapshot({
    VolumeSize: volumeSize,
    ParentSnapshotId: parent,
  });
  const entries = Object.entries(blocks);
  for (const [index, data] of entries) await putBlock(ebs, id, Number(index), data);
  await ebs.completeSnapshot({ SnapshotId: id, ChangedBlocksCount: entries.length });
  await poll(
    () =>
      ebs.listSnapshotBlocks({ SnapshotId: id }).then(
        () => true,
        () => undefined,
      ),
    5000,
    () => `snapshot ${id} is not completed`,
  );
  return id;
};
