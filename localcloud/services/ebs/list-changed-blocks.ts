import type {
  ChangedBlock,
  ListChangedBlocksCommandInput,
  ListChangedBlocksResponse,
} from '@aws-sdk/client-ebs';
import { BLOCK_BYTES } from '../../snapshots/snapshot.ts';
import { pageOf } from './block-page.ts';
import { BLOCK_TOKEN_MILLISECONDS, blockToken } from './block-token.ts';
import type { EbsDeps } from './deps.ts';
import { validation } from './errors.ts';
import { findReadable } from './list-snapshot-blocks.ts';

const lineage = (deps: EbsDeps, snapshotId: string): string[] => {
  const ids: string[] = [];
  for (
    let id: string | undefined = snapshotId;
    id !== undefined;
    id = deps.snapshots.get(id)?.parentSnapshotId
  ) {
    ids.push(id);
  }
  return ids;
};

interface Difference {
  readonly index: number;
  readonly first: string | undefined;
  readonly second: string | undefined;
}

const differences = (deps: EbsDeps, firstId: string | undefined, secondId: string): Difference[] => {
  const checksums = (id: string): Map<number, string> =>
    new Map(deps.snapshots.allBlocks(id).map(({ index, checksum }) => [index, checksum]));
  const first = firstId === undefined ? new Map<number, string>() : checksums(firstId);
  const second = checksums(secondId);
  return [...new Set([...first.keys(), ...second.keys()])]
    .toSorted((a, b) => a - b)
    .map((index) => ({ index, first: first.get(index), second: second.get(index) }))
    .filter((block) => block.first !== block.second);
};

/** Lists the blocks that differ between two snapshots of the same lineage. */
export const listChangedBlocks = (
  input: ListChangedBlocksCommandInput,
  deps: EbsDeps,
): ListChangedBlocksResponse => {
  const second = findReadable(deps, input.SecondSnapshotId);
  const first = input.FirstSnapshotId === undefined ? undefined : findReadable(deps, input.FirstSnapshotId);
  if (first !== undefined) {
    const ancestors = new Set(lineage(deps, first.snapshotId));
    if (!lineage(deps, second.snapshotId).some((id) => ancestors.has(id))) {
      throw validation('UNRELATED_SNAPSHOTS', 'The snapshots are not from the same lineage');
    }
  }
  const now = deps.context.clock.now();
  const changed = differences(deps, first?.snapshotId, second.snapshotId);
  const { page, nextToken } = pageOf(changed, input, now);
  return {
    ChangedBlocks: page.map((block): ChangedBlock => ({
      BlockIndex: block.index,
      ...(first === undefined || block.first === undefined
        ? {}
        : { FirstBlockToken: blockToken(first.snapshotId, block.index, block.first) }),
      ...(block.second === undefined
        ? {}
        : { SecondBlockToken: blockToken(second.snapshotId, block.index, block.second) }),
    })),
    ExpiryTime: new Date(now + BLOCK_TOKEN_MILLISECONDS),
    VolumeSize: second.volumeSizeGiB,
    BlockSize: BLOCK_BYTES,
    NextToken: nextToken,
  };
};
