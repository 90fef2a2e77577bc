import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import {
  CompleteSnapshotCommand,
  EBSClient,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { BLOCK_BYTES } from '#bakery/model';
import type { BakedImage } from '#bakery/model';
import { systemClock } from '#pipeline/clock';
import { uploadSnapshot } from '#pipeline/image/upload-snapshot';

/** A block as it was put into a snapshot. */
export interface UploadedBlock {
  readonly index: number;
  readonly sha256: string;
}

/** Uploads a baked image the way a release does, to clients that only take notes, and returns what was put. */
export async function uploadedBlocks(baked: BakedImage): Promise<readonly UploadedBlock[]> {
  const ebs = mockClient(EBSClient);
  const ec2 = mockClient(EC2Client);
  const uploaded: UploadedBlock[] = [];
  ebs.on(StartSnapshotCommand).resolves({ SnapshotId: 'snap-0', Status: 'pending' });
  ebs.on(PutSnapshotBlockCommand).callsFake(({ BlockIndex: index = -1, BlockData: data }) => {
    uploaded.push({ index, sha256: sha256Of(data as Uint8Array) });
    return {};
  });
  ebs.on(CompleteSnapshotCommand).resolves({ Status: 'completed' });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: 'snap-0', State: 'completed' }] });
  try {
    await uploadSnapshot(
      {
        clientToken: 'bench',
        description: 'bench',
        diskBytes: baked.diskBytes,
        tags: [],
        blocks: baked.changedBlocks(),
      },
      { ebs: new EBSClient({}), ec2: new EC2Client({}), clock: systemClock },
    );
  } finally {
    ebs.restore();
    ec2.restore();
  }
  return uploaded.toSorted((a, b) => a.index - b.index);
}

/** Compares two disks block by block; where the shorter one ends, it counts as zeros. */
export async function differingBlocks(
  oldPath: string,
  newPath: string,
  diskBytes: number,
): Promise<readonly UploadedBlock[]> {
  const before = await open(oldPath, 'r');
  const after = await open(newPath, 'r');
  try {
    const found: UploadedBlock[] = [];
    for (let index = 0; index * BLOCK_BYTES < diskBytes; index += 1) {
      const old = await blockAt(before, index);
      const now = await blockAt(after, index);
      if (!old.equals(now)) found.push({ index, sha256: sha256Of(now) });
    }
    return found;
  } finally {
    await before.close();
    await after.close();
  }
}

async function blockAt(disk: FileHandle, index: number): Promise<Buffer> {
  const block = Buffer.alloc(BLOCK_BYTES);
  await disk.read(block, 0, BLOCK_BYTES, index * BLOCK_BYTES);
  return block;
}

function sha256Of(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
