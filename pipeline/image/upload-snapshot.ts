import { createHash } from 'node:crypto';
import { CompleteSnapshotCommand, PutSnapshotBlockCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import type { EBSClient, Tag } from '@aws-sdk/client-ebs';
import { DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { BLOCK_BYTES, GIB } from '#bakery/model';
import type { ChangedBlock } from '#bakery/model';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { ImageFailedError } from '../errors.ts';
import type { SnapshotId } from '../model.ts';

// 100 ms a put and connection (AWS-FACTS 4.1): 32 in flight fill a Lambda's bandwidth without nearing 1,000 a second.
const UPLOADS_IN_FLIGHT = 32;
const PUT_ATTEMPTS = 6;

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

const putBlock = async (snapshotId: string, block: ChangedBlock, deps: SnapshotDeps): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await deps.ebs.send(
        new PutSnapshotBlockCommand({
          SnapshotId: snapshotId,
          BlockIndex: block.index,
          BlockData: block.data,
          DataLength: BLOCK_BYTES,
          Checksum: Buffer.from(block.sha256, 'hex').toString('base64'),
          ChecksumAlgorithm: 'SHA256',
        }),
      );
      return;
    } catch (error) {
      // A snapshot that was just started may be unknown to the data path for up to two minutes.
      if (attempt >= PUT_ATTEMPTS) throw error;
      await deps.clock.delay(attempt * attempt * 1000);
    }
  }
};

/** Puts every block, some at a time; gives the raw digests in ascending order of their index. */
const putBlocks = async (
  snapshotId: string,
  blocks: AsyncIterable<ChangedBlock>,
  deps: SnapshotDeps,
): Promise<Buffer[]> => {
  const digests: Buffer[] = [];
  const inFlight = new Set<Promise<void>>();
  for await (const block of blocks) {
    digests.push(Buffer.from(block.sha256, 'hex'));
    const upload = putBlock(snapshotId, block, deps).finally(() => inFlight.delete(upload));
    inFlight.add(upload);
    // A failure is seen here or by `all` below; without a handler of its own it would end the process first.
    upload.catch(() => undefined);
    if (inFlight.size >= UPLOADS_IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  return digests;
};

const waitUntilCompleted = async (snapshotId: string, deps: SnapshotDeps): Promise<void> => {
  const state = await poll(
    deps.clock,
    { intervalMilliseconds: 200, timeoutMilliseconds: 600_000 },
    async () => {
      const { Snapshots = [] } = await deps.ec2.send(
        new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] }),
      );
      return Snapshots.map((snapshot) => snapshot.State).find(
        (value) => value === 'completed' || value === 'error',
      );
    },
  );
  if (state !== 'completed')
    throw new ImageFailedError(snapshotId, state ?? 'pending', 'not completed in 600 s');
};

/**
 * Stores a disk as an EBS snapshot without a builder instance, through the EBS direct APIs, and waits until it can be
 * used. @throws ImageFailedError
 */
export const uploadSnapshot = async (
  upload: SnapshotUpload,
  deps: SnapshotDeps,
): Promise<{ readonly snapshotId: SnapshotId; readonly blocksUploaded: number }> => {
  const { SnapshotId: snapshotId = '', Status: status } = await deps.ebs.send(
    new StartSnapshotCommand({
      ClientToken: upload.clientToken,
      Description: upload.description,
      VolumeSize: Math.ceil(upload.diskBytes / GIB),
      Tags: [...upload.tags],
      Timeout: 10,
      ...(upload.parentSnapshotId === undefined ? {} : { ParentSnapshotId: upload.parentSnapshotId }),
    }),
  );
  if (status === 'completed') return { snapshotId: snapshotId as SnapshotId, blocksUploaded: 0 };
  const digests = await putBlocks(snapshotId, upload.blocks, deps);
  await deps.ebs.send(
    new CompleteSnapshotCommand({
      SnapshotId: snapshotId,
      ChangedBlocksCount: digests.length,
      Checksum: createHash('sha256').update(Buffer.concat(digests)).digest('base64'),
      ChecksumAlgorithm: 'SHA256',
      ChecksumAggregationMethod: 'LINEAR',
    }),
  );
  await waitUntilCompleted(snapshotId, deps);
  return { snapshotId: snapshotId as SnapshotId, blocksUploaded: digests.length };
};
