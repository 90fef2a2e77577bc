import { createHash } from 'node:crypto';
import type { CompleteSnapshotCommandInput, CompleteSnapshotResponse } from '@aws-sdk/client-ebs';
import type { EbsDeps } from './deps.ts';
import { findSnapshot } from './deps.ts';
import { validation } from './errors.ts';

/** How long a sealed snapshot stays `pending`: long enough for a caller that does not wait to notice, in milliseconds. */
const SEALED_PENDING_MILLISECONDS = 100;

/** SHA-256 over the raw digests of the written blocks in ascending order, as coldsnap and ops compute it. */
const linearChecksum = (blocks: readonly { checksum: string }[]): string => {
  const hash = createHash('sha256');
  for (const { checksum } of blocks) hash.update(Buffer.from(checksum, 'base64'));
  return hash.digest('base64');
};

const check = (input: CompleteSnapshotCommandInput, deps: EbsDeps): void => {
  const blocks = deps.snapshots.ownBlocks(input.SnapshotId ?? '');
  if (input.ChangedBlocksCount !== blocks.length) {
    throw validation(
      'INVALID_PARAMETER_VALUE',
      `ChangedBlocksCount is ${input.ChangedBlocksCount}, but ${blocks.length} blocks were written`,
    );
  }
  if (input.Checksum === undefined) return;
  if (input.ChecksumAggregationMethod !== 'LINEAR' || input.ChecksumAlgorithm !== 'SHA256') {
    throw validation(
      'INVALID_PARAMETER_VALUE',
      'Checksum needs ChecksumAlgorithm SHA256 and ChecksumAggregationMethod LINEAR',
    );
  }
  if (input.Checksum !== linearChecksum(blocks)) {
    throw validation('INVALID_PARAMETER_VALUE', 'The aggregated checksum does not match the written blocks');
  }
};

/** Lets a sealed snapshot become `completed`; also run at start for those that a crash left sealed. */
export const finishSealed = (snapshotId: string, deps: EbsDeps): void => {
  const work = deps.context.clock
    .delay(SEALED_PENDING_MILLISECONDS)
    .then(() => deps.snapshots.complete(snapshotId))
    .catch((error: unknown) => {
      deps.context.log('error', 'snapshot could not be completed', { snapshotId, error: String(error) });
    })
    .finally(() => deps.background.delete(work));
  deps.background.add(work);
};

/** Seals a snapshot. The answer is `pending`; it is `completed` shortly after. Sealing it again changes nothing. */
export const completeSnapshot = (
  input: CompleteSnapshotCommandInput,
  deps: EbsDeps,
): CompleteSnapshotResponse => {
  const snapshot = findSnapshot(deps, input.SnapshotId);
  if (snapshot.status === 'error') {
    throw validation('INVALID_SNAPSHOT_ID', `The snapshot '${snapshot.snapshotId}' is in the error state`);
  }
  check(input, deps);
  if (!snapshot.sealed) {
    deps.snapshots.update(snapshot.snapshotId, { sealed: true });
    finishSealed(snapshot.snapshotId, deps);
  }
  return { Status: snapshot.status };
};
