import { createHash } from 'node:crypto';
import { CompleteSnapshotCommand, PutSnapshotBlockCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import type { EBSClient, Tag } from '@aws-sdk/client-ebs';
import { DescribeSnapshotsCommand, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client, Snapshot } from '@aws-sdk/client-ec2';
import { BLOCK_BYTES, GIB } from '#bakery/model';
import type { ChangedBlock } from '#bakery/model';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { ImageFailedError } from '../errors.ts';
import type { SnapshotId } from '../model.ts';
import { isRefusedWrite, retryEbs } from './retry-ebs.ts';

// 100 ms a put and connection (AWS-FACTS 4.1): 32 in flight fill a Lambda's bandwidth without nearing 1,000 a second.
const UPLOADS_IN_FLIGHT = 32;
const COMPLETED_WITHIN_SECONDS = 600;
const POLLING = { intervalMilliseconds: 50, longestMilliseconds: 2000 };
// How long a snapshot that refuses writes may take to show that an earlier attempt completed it.
const COMPLETED_BEFORE_WITHIN_SECONDS = 60;

/** A disk to be stored as a snapshot. */
export interface SnapshotUpload {
  /** Names the upload: a repeated call with the same token continues the same snapshot. At most 64 ASCII characters. */
  readonly clientToken: string;
  readonly description: string;
  /** Only the blocks that differ from this one are uploaded. */
  readonly parentSnapshotId?: SnapshotId;
  readonly diskBytes: number;
  readonly tags: readonly Tag[];
  readonly blocks: AsyncIterable<ChangedBlock>;
}

export interface SnapshotDeps {
  readonly ebs: EBSClient;
  readonly ec2: EC2Client;
  readonly clock: Clock;
}

const putBlock = (snapshotId: string, block: ChangedBlock, deps: SnapshotDeps): Promise<unknown> =>
  retryEbs(deps.clock, () =>
    deps.ebs.send(
      new PutSnapshotBlockCommand({
        SnapshotId: snapshotId,
        BlockIndex: block.index,
        BlockData: block.data,
        DataLength: BLOCK_BYTES,
        Checksum: Buffer.from(block.sha256, 'hex').toString('base64'),
        ChecksumAlgorithm: 'SHA256',
      }),
    ),
  );

/** Puts every block, some at a time; gives the raw digests in ascending order of their index. */
const putBlocks = async (
  snapshotId: string,
  blocks: AsyncIterable<ChangedBlock>,
  deps: SnapshotDeps,
): Promise<Buffer[]> => {
  const digests = new Map<number, Buffer>();
  const iterator = blocks[Symbol.asyncIterator]();
  const work = { isOver: false };
  const upload = async (): Promise<void> => {
    try {
      while (!work.isOver) {
        const next = await iterator.next();
        if (next.done === true) return;
        digests.set(next.value.index, Buffer.from(next.value.sha256, 'hex'));
        await putBlock(snapshotId, next.value, deps);
      }
    } finally {
      work.isOver = true;
    }
  };
  // All of them end before a failure is told, so that nothing reads or writes any more afterwards.
  const ended = await Promise.allSettled(Array.from({ length: UPLOADS_IN_FLIGHT }, upload));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await iterator.return?.();
    throw failed.reason;
  }
  return [...digests].toSorted(([a], [b]) => a - b).map(([, digest]) => digest);
};

const waitUntilEnded = (
  snapshotId: string,
  seconds: number,
  deps: SnapshotDeps,
): Promise<Snapshot | undefined> =>
  poll(deps.clock, { ...POLLING, timeoutMilliseconds: seconds * 1000 }, async () => {
    try {
      const { Snapshots = [] } = await deps.ec2.send(
        new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] }),
      );
      return Snapshots.find(({ State }) => State === 'completed' || State === 'error');
    } catch (error) {
      // A new id may be unknown to Describe for a while.
      if (error instanceof EC2ServiceException && error.name === 'InvalidSnapshot.NotFound') return undefined;
      throw error;
    }
  });

const waitUntilCompleted = async (snapshotId: string, deps: SnapshotDeps): Promise<void> => {
  const snapshot = await waitUntilEnded(snapshotId, COMPLETED_WITHIN_SECONDS, deps);
  if (snapshot?.State === 'completed') return;
  const otherwise =
    snapshot === undefined ? `not completed in ${COMPLETED_WITHIN_SECONDS} s` : 'no reason given';
  throw new ImageFailedError(snapshotId, snapshot?.State ?? 'pending', snapshot?.StateMessage ?? otherwise);
};

const putAndComplete = async (
  snapshotId: string,
  blocks: AsyncIterable<ChangedBlock>,
  deps: SnapshotDeps,
): Promise<number> => {
  const digests = await putBlocks(snapshotId, blocks, deps);
  await retryEbs(deps.clock, () =>
    deps.ebs.send(
      new CompleteSnapshotCommand({
        SnapshotId: snapshotId,
        ChangedBlocksCount: digests.length,
        Checksum: createHash('sha256').update(Buffer.concat(digests)).digest('base64'),
        ChecksumAlgorithm: 'SHA256',
        ChecksumAggregationMethod: 'LINEAR',
      }),
    ),
  );
  return digests.length;
};

/**
 * Stores a disk as an EBS snapshot without a builder instance, through the EBS direct APIs, and waits until it can be
 * used. @throws ImageFailedError
 */
export const uploadSnapshot = async (
  upload: SnapshotUpload,
  deps: SnapshotDeps,
): Promise<{ readonly snapshotId: SnapshotId; readonly blocksUploaded: number }> => {
  const { SnapshotId, Status: status } = await retryEbs(deps.clock, () =>
    deps.ebs.send(
      new StartSnapshotCommand({
        ClientToken: upload.clientToken,
        Description: upload.description,
        VolumeSize: Math.ceil(upload.diskBytes / GIB),
        Tags: [...upload.tags],
        Timeout: 10,
        ...(upload.parentSnapshotId === undefined ? {} : { ParentSnapshotId: upload.parentSnapshotId }),
      }),
    ),
  );
  const snapshotId = SnapshotId as SnapshotId;
  if (status === 'completed') return { snapshotId, blocksUploaded: 0 };
  let blocksUploaded = 0;
  try {
    blocksUploaded = await putAndComplete(snapshotId, upload.blocks, deps);
  } catch (error) {
    // Sealed by an earlier attempt whose answer was lost: the token stands for this very content.
    if (!isRefusedWrite(error)) throw error;
    const snapshot = await waitUntilEnded(snapshotId, COMPLETED_BEFORE_WITHIN_SECONDS, deps);
    if (snapshot?.State !== 'completed') throw error;
  }
  await waitUntilCompleted(snapshotId, deps);
  return { snapshotId, blocksUploaded };
};
