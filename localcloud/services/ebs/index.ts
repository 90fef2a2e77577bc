import * as EBS from '@aws-sdk/client-ebs';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService } from '../../service.ts';
import type { Service } from '../../service.ts';
import { completeSnapshot } from './complete-snapshot.ts';
import { createEbsDeps } from './deps.ts';
import { getSnapshotBlock } from './get-snapshot-block.ts';
import { createLifecycle } from './lifecycle.ts';
import { listChangedBlocks } from './list-changed-blocks.ts';
import { listSnapshotBlocks } from './list-snapshot-blocks.ts';
import { putSnapshotBlock } from './put-snapshot-block.ts';
import { startSnapshot } from './start-snapshot.ts';

/** The EBS direct APIs: snapshots written and read block by block. */
export const createEbs = (context: CloudContext): Service => {
  const deps = createEbsDeps(context);
  return defineService(EBS, {
    name: 'ebs',
    signingName: 'ebs',
    protocol: 'rest-json',
    version: '2019-11-02',
  })(
    {
      StartSnapshot: (input) => startSnapshot(input, deps),
      PutSnapshotBlock: (input) => putSnapshotBlock(input, deps),
      CompleteSnapshot: (input) => completeSnapshot(input, deps),
      ListSnapshotBlocks: (input) => listSnapshotBlocks(input, deps),
      ListChangedBlocks: (input) => listChangedBlocks(input, deps),
      GetSnapshotBlock: (input) => getSnapshotBlock(input, deps),
    },
    {
      lifecycle: createLifecycle(deps),
      resources: {
        StartSnapshot: () => [`arn:aws:ec2:${context.region}::snapshot/*`],
        PutSnapshotBlock: ({ SnapshotId }) => [snapshotArn(context, SnapshotId)],
        CompleteSnapshot: ({ SnapshotId }) => [snapshotArn(context, SnapshotId)],
        ListSnapshotBlocks: ({ SnapshotId }) => [snapshotArn(context, SnapshotId)],
        GetSnapshotBlock: ({ SnapshotId }) => [snapshotArn(context, SnapshotId)],
        ListChangedBlocks: ({ FirstSnapshotId, SecondSnapshotId }) =>
          [FirstSnapshotId, SecondSnapshotId].flatMap((id) =>
            id === undefined ? [] : [snapshotArn(context, id)],
          ),
      },
    },
  );
};

/** Snapshot ARNs carry no account (service authorization reference, Amazon EBS). */
const snapshotArn = (context: CloudContext, snapshotId: string | undefined): string =>
  `arn:aws:ec2:${context.region}::snapshot/${snapshotId ?? '*'}`;
