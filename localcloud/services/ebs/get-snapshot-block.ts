import type { GetSnapshotBlockCommandInput, GetSnapshotBlockResponse } from '@aws-sdk/client-ebs';
import { BLOCK_BYTES } from '../../snapshots/snapshot.ts';
import { blockToken } from './block-token.ts';
import type { EbsDeps } from './deps.ts';
import { validation } from './errors.ts';
import { findReadable } from './list-snapshot-blocks.ts';

/** Reads one block of a completed snapshot with the token that a list gave for it. */
export const getSnapshotBlock = async (
  input: GetSnapshotBlockCommandInput,
  deps: EbsDeps,
): Promise<Omit<GetSnapshotBlockResponse, 'BlockData'> & { BlockData: Uint8Array }> => {
  const { snapshotId } = findReadable(deps, input.SnapshotId);
  const block = deps.snapshots.allBlocks(snapshotId).find(({ index }) => index === input.BlockIndex);
  if (block === undefined || blockToken(snapshotId, block.index, block.checksum) !== input.BlockToken) {
    throw validation('INVALID_BLOCK_TOKEN', 'The block token does not belong to this block of the snapshot');
  }
  return {
    DataLength: BLOCK_BYTES,
    BlockData: await deps.snapshots.readBlock(block),
    Checksum: block.checksum,
    ChecksumAlgorithm: 'SHA256',
  };
};
