import type { ListSnapshotBlocksCommandInput, ListSnapshotBlocksResponse } from '@aws-sdk/client-ebs';
import { BLOCK_BYTES } from '../../snapshots/snapshot.ts';
import type { SnapshotRecord } from '../../snapshots/snapshot.ts';
import { pageOf } from './block-page.ts';
import { BLOCK_TOKEN_MILLISECONDS, blockToken } from './block-token.ts';
import type { EbsDeps } from './deps.ts';
import { findSnapshot } from './deps.ts';
import { validation } from './errors.ts';

/** The snapshot when its blocks may be read: only a completed one's. */
export const findReadable = (deps: EbsDeps, snapshotId: string | undefined): SnapshotRecord => {
  const snapshot = findSnapshot(deps, snapshotId);
  if (snapshot.status !== 'completed') {
    throw validation('INVALID_SNAPSHOT_ID', `The snapshot '${snapshot.snapshotId}' is not completed`);
  }
  return snapshot;
};

/** Lists the blocks of a snapshot's disk that were ever written, those of its parents included. */
export const listSnapshotBlocks = (
  input: ListSnapshotBlocksCommandInput,
  deps: EbsDeps,
): ListSnapshotBlocksResponse => {
  const { snapshotId, volumeSizeGiB } = findReadable(deps, input.SnapshotId);
  const now = deps.context.clock.now();
  const { page, nextToken } = pageOf(deps.snapshots.allBlocks(snapshotId), input, now);
  return {
    Blocks: page.map(({ index, checksum }) => ({
      BlockIndex: index,
      BlockToken: blockToken(snapshotId, index, checksum),
    })),
    ExpiryTime: new Date(now + BLOCK_TOKEN_MILLISECONDS),
    VolumeSize: volumeSizeGiB,
    BlockSize: BLOCK_BYTES,
    NextToken: nextToken,
  };
};
