import type {
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot,
} from '@aws-sdk/client-ec2';
import type { SnapshotRecord } from '../../snapshots/snapshot.ts';
import { BLOCK_BYTES } from '../../snapshots/snapshot.ts';
import type { Ec2Deps, Ec2State } from './deps.ts';
import { malformedId, snapshotInUse, snapshotNotFound } from './errors.ts';
import { applyFilters } from './filters.ts';
import { pageOf } from './page.ts';
import { tagList } from './tags.ts';

const progressOf = ({ status }: SnapshotRecord): string => (status === 'completed' ? '100%' : '0%');

const toSnapshot = (state: Ec2State, record: SnapshotRecord): Snapshot => ({
  SnapshotId: record.snapshotId,
  // Snapshots made by the direct APIs have no volume; EC2 shows this one.
  VolumeId: 'vol-ffffffff',
  State: record.status,
  Progress: progressOf(record),
  StartTime: new Date(record.startedAt),
  CompletionTime: record.completedAt === undefined ? undefined : new Date(record.completedAt),
  VolumeSize: record.volumeSizeGiB,
  FullSnapshotSizeInBytes:
    record.status === 'completed'
      ? state.snapshots.allBlocks(record.snapshotId).length * BLOCK_BYTES
      : undefined,
  Description: record.description,
  OwnerId: state.context.accountId,
  Encrypted: false,
  StorageTier: 'standard',
  Tags: tagList(record.tags),
});

/** Describes the account's snapshots; there are no public ones, so any other owner has none. */
export const describeSnapshots = (
  input: DescribeSnapshotsRequest,
  state: Ec2State,
): DescribeSnapshotsResult => {
  const { accountId } = state.context;
  for (const id of input.SnapshotIds ?? []) {
    if (!/^snap-[0-9a-f]{8,17}$/.test(id)) throw malformedId('InvalidSnapshotID', id);
    if (state.snapshots.get(id) === undefined) throw snapshotNotFound(id);
  }
  const owned = input.OwnerIds?.some((owner) => owner === 'self' || owner === accountId) ?? true;
  const snapshots = applyFilters(
    state.snapshots
      .list()
      .filter(({ snapshotId }) => owned && (input.SnapshotIds?.includes(snapshotId) ?? true)),
    input.Filters,
    {
      'snapshot-id': ({ snapshotId }) => [snapshotId],
      status: ({ status }) => [status],
      description: ({ description }) => [description],
      'owner-id': () => [accountId],
      progress: (record) => [progressOf(record)],
      'volume-size': ({ volumeSizeGiB }) => [String(volumeSizeGiB)],
      encrypted: () => ['false'],
    },
    ({ tags }) => tags,
  );
  const { page, nextToken } = pageOf(snapshots, ({ snapshotId }) => snapshotId, input);
  return { Snapshots: page.map((record) => toSnapshot(state, record)), NextToken: nextToken };
};

/** Deletes a snapshot that no image stands on; its children keep the blocks they need. */
export const deleteSnapshot = async (
  input: DeleteSnapshotRequest,
  deps: Ec2Deps,
): Promise<Record<string, never>> => {
  const snapshotId = input.SnapshotId ?? '';
  if (deps.snapshots.get(snapshotId) === undefined) throw snapshotNotFound(snapshotId);
  const user = deps.images
    .list()
    .find(({ blockDeviceMappings }) => blockDeviceMappings.some(({ Ebs }) => Ebs?.SnapshotId === snapshotId));
  if (user !== undefined) throw snapshotInUse(snapshotId, user.imageId);
  await deps.snapshots.delete(snapshotId);
  return {};
};
