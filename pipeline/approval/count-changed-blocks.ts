import { paginateListChangedBlocks } from '@aws-sdk/client-ebs';
import type { EBSClient } from '@aws-sdk/client-ebs';
import type { SnapshotId } from '../model.ts';

/** The most that a page may have (AWS-FACTS 4.1). */
const PAGE = 10_000;

/** Blocks of 512 KiB in which two snapshots of one base differ; only those that differ are listed. */
export const countChangedBlocks = async (
  before: SnapshotId,
  after: SnapshotId,
  ebs: EBSClient,
): Promise<number> => {
  if (before === after) return 0;
  const pages = paginateListChangedBlocks(
    { client: ebs, pageSize: PAGE },
    { FirstSnapshotId: before, SecondSnapshotId: after },
  );
  let changed = 0;
  for await (const { ChangedBlocks = [] } of pages) changed += ChangedBlocks.length;
  return changed;
};
