import type { StartSnapshotCommandInput, StartSnapshotResponse } from '@aws-sdk/client-ebs';
import { BLOCK_BYTES } from '../../snapshots/snapshot.ts';
import type { SnapshotRecord } from '../../snapshots/snapshot.ts';
import type { EbsDeps } from './deps.ts';
import { findSnapshot } from './deps.ts';
import { clientTokenConflict, quotaExceeded, validation } from './errors.ts';

const MAX_VOLUME_GIB = 65_536;
const MAX_PENDING = 100;
const DEFAULT_TIMEOUT_MINUTES = 60;

const check = (input: StartSnapshotCommandInput, deps: EbsDeps): void => {
  const size = input.VolumeSize ?? 0;
  if (!Number.isInteger(size) || size < 1 || size > MAX_VOLUME_GIB) {
    throw validation('INVALID_VOLUME_SIZE', `VolumeSize must be 1 to ${MAX_VOLUME_GIB} GiB, got ${size}`);
  }
  const timeout = input.Timeout ?? DEFAULT_TIMEOUT_MINUTES;
  if (timeout < 10 || timeout > 4320) {
    throw validation('INVALID_PARAMETER_VALUE', `Timeout must be 10 to 4320 minutes, got ${timeout}`);
  }
  if ((input.Tags?.length ?? 0) > 50) throw validation('INVALID_TAG', 'A snapshot has at most 50 tags');
  if (input.Tags?.some(({ Key }) => Key === undefined || Key === '' || Key.startsWith('aws:'))) {
    throw validation('INVALID_TAG', 'A tag key must not be empty and must not start with "aws:"');
  }
  if (input.ParentSnapshotId === undefined) return;
  if (input.Encrypted !== undefined) {
    throw validation('INVALID_PARAMETER_VALUE', 'Encrypted cannot be combined with ParentSnapshotId');
  }
  const parent = findSnapshot(deps, input.ParentSnapshotId);
  if (parent.status !== 'completed') {
    throw validation('INVALID_SNAPSHOT_ID', `The parent snapshot '${parent.snapshotId}' is not completed`);
  }
  if (parent.volumeSizeGiB > size) {
    throw validation(
      'INVALID_VOLUME_SIZE',
      `VolumeSize ${size} is smaller than the parent snapshot's ${parent.volumeSizeGiB} GiB`,
    );
  }
};

const answer = (snapshot: SnapshotRecord, deps: EbsDeps): StartSnapshotResponse => ({
  SnapshotId: snapshot.snapshotId,
  OwnerId: deps.context.accountId,
  Status: snapshot.status,
  StartTime: new Date(snapshot.startedAt),
  VolumeSize: snapshot.volumeSizeGiB,
  BlockSize: BLOCK_BYTES,
  Description: snapshot.description,
  Tags: Object.entries(snapshot.tags).map(([Key, Value]) => ({ Key, Value })),
  ParentSnapshotId: snapshot.parentSnapshotId,
  SseType: 'none',
});

const create = async (input: StartSnapshotCommandInput, deps: EbsDeps): Promise<SnapshotRecord> => {
  const pending = deps.snapshots.list().filter(({ status }) => status === 'pending').length;
  if (pending >= MAX_PENDING)
    throw quotaExceeded(`You have reached the limit of ${MAX_PENDING} pending snapshots`);
  return deps.snapshots.start({
    volumeSizeGiB: input.VolumeSize ?? 1,
    description: input.Description ?? '',
    timeoutMinutes: input.Timeout ?? DEFAULT_TIMEOUT_MINUTES,
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value ?? ''])),
    ...(input.ParentSnapshotId === undefined ? {} : { parentSnapshotId: input.ParentSnapshotId }),
  });
};

/** Starts a snapshot; the same client token with the same parameters answers with the snapshot it started before. */
export const startSnapshot = async (
  input: StartSnapshotCommandInput,
  deps: EbsDeps,
): Promise<StartSnapshotResponse> => {
  check(input, deps);
  const { ClientToken: token, ...parameters } = input;
  if (token === undefined) return answer(await create(input, deps), deps);
  const text = JSON.stringify(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  while (deps.starting.has(token)) await deps.starting.get(token)?.catch(() => undefined);
  const used = deps.tokens.get(token);
  if (used !== undefined) {
    if (used.parameters !== text) throw clientTokenConflict();
    return answer(findSnapshot(deps, used.snapshotId), deps);
  }
  const starting = create(input, deps)
    .then((snapshot) => {
      deps.tokens.put(token, { snapshotId: snapshot.snapshotId, parameters: text });
      return answer(snapshot, deps);
    })
    .finally(() => deps.starting.delete(token));
  deps.starting.set(token, starting);
  return starting;
};
