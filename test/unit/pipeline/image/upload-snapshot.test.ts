import { createHash } from 'node:crypto';
import {
  CompleteSnapshotCommand,
  EBSClient,
  PutSnapshotBlockCommand,
  ResourceNotFoundException,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { ChangedBlock } from '#bakery/model';
import { uploadSnapshot } from '#pipeline/image/upload-snapshot';
import { instantClock } from '#test/helpers/instant-clock';
import { ebsError, ec2Error } from '#test/helpers/service-error';

const ebs = mockClient(EBSClient);
const ec2 = mockClient(EC2Client);

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

const blocksOf = (count: number): ChangedBlock[] =>
  Array.from({ length: count }, (_, index) => {
    const data = Buffer.from(`block ${index}`);
    return { index: index * 3, data, sha256: sha256(data).toString('hex') };
  });

async function* read(blocks: readonly ChangedBlock[]): AsyncGenerator<ChangedBlock> {
  for (const block of blocks) yield await Promise.resolve(block);
}

const run = (blocks: AsyncIterable<ChangedBlock> = read(blocksOf(100))) => {
  const clock = instantClock();
  const upload = uploadSnapshot(
    {
      clientToken: 'bake-1',
      description: 'hello',
      parentSnapshotId: 'snap-base',
      diskBytes: 2 ** 30 + 1,
      tags: [{ Key: 'kiln:stack', Value: 'kiln' }],
      blocks,
    },
    { ebs: new EBSClient({ region: 'r' }), ec2: new EC2Client({ region: 'r' }), clock },
  );
  return { upload, clock };
};

const notFound = () =>
  new ResourceNotFoundException({
    message: "The snapshot 'snap-1' does not exist.",
    Reason: 'SNAPSHOT_NOT_FOUND',
    $metadata: {},
  });

beforeEach(() => {
  ebs.reset();
  ec2.reset();
  ebs.on(StartSnapshotCommand).resolves({ SnapshotId: 'snap-1', Status: 'pending' });
  ebs.on(PutSnapshotBlockCommand).resolves({});
  ebs.on(CompleteSnapshotCommand).resolves({ Status: 'pending' });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ State: 'completed' }] });
});

describe('uploadSnapshot', () => {
  test('starts on top of the base in whole GiB, with its tags, under one token', async () => {
    await run().upload;
    expect(ebs.commandCalls(StartSnapshotCommand)[0]?.args[0].input).toMatchObject({
      ClientToken: 'bake-1',
      ParentSnapshotId: 'snap-base',
      VolumeSize: 2,
      Tags: [{ Key: 'kiln:stack', Value: 'kiln' }],
    });
  });

  test('completes with the number of blocks and a checksum over their digests in ascending order', async () => {
    const blocks = blocksOf(100);
    // Late answers to early blocks change nothing.
    ebs.on(PutSnapshotBlockCommand).callsFake(async ({ BlockIndex }: PutSnapshotBlockCommand['input']) => {
      if ((BlockIndex ?? 0) < 30) await new Promise(setImmediate);
      return {};
    });
    expect(await run(read(blocks)).upload).toEqual({ snapshotId: 'snap-1', blocksUploaded: 100 });
    expect(ebs.commandCalls(CompleteSnapshotCommand)[0]?.args[0].input).toEqual({
      SnapshotId: 'snap-1',
      ChangedBlocksCount: 100,
      Checksum: sha256(Buffer.concat(blocks.map(({ data }) => sha256(data)))).toString('base64'),
      ChecksumAlgorithm: 'SHA256',
      ChecksumAggregationMethod: 'LINEAR',
    });
  });

  test('puts no more than 32 blocks at once', async () => {
    let inFlight = 0;
    let most = 0;
    ebs.on(PutSnapshotBlockCommand).callsFake(async () => {
      most = Math.max(most, (inFlight += 1));
      await new Promise(setImmediate);
      inFlight -= 1;
      return {};
    });
    await run().upload;
    expect(most).toBe(32);
  });

  test('E03: goes on putting for 120 s while the new snapshot does not exist', async () => {
    const { upload, clock } = run(read(blocksOf(1)));
    ebs.on(PutSnapshotBlockCommand).callsFake(() => {
      if (clock.waited() < 120_000) throw notFound();
      return {};
    });
    expect(await upload).toMatchObject({ blocksUploaded: 1 });
  });

  test('E03: gives a snapshot up that does not exist after 132 s', async () => {
    ebs.on(PutSnapshotBlockCommand).callsFake(() => {
      throw notFound();
    });
    const { upload, clock } = run(read(blocksOf(1)));
    await expect(upload).rejects.toThrow('does not exist');
    expect(clock.waited()).toBeGreaterThanOrEqual(132_000);
    expect(clock.waited()).toBeLessThan(140_000);
  });

  test('E04: outlasts a throttle of every third put', async () => {
    let puts = 0;
    ebs.on(PutSnapshotBlockCommand).callsFake(() => {
      puts += 1;
      if (puts % 3 === 0) throw ebsError('RequestThrottledException');
      return {};
    });
    expect(await run().upload).toMatchObject({ blocksUploaded: 100 });
  });

  test('E05: one block that fails again and again fails the upload, which is not completed', async () => {
    ebs.on(PutSnapshotBlockCommand).callsFake(({ BlockIndex }: PutSnapshotBlockCommand['input']) => {
      if (BlockIndex === 0) throw ebsError('InternalServerException');
      return {};
    });
    await expect(run().upload).rejects.toMatchObject({ name: 'InternalServerException' });
    expect(ebs.commandCalls(CompleteSnapshotCommand)).toHaveLength(0);
    const tries = ebs
      .commandCalls(PutSnapshotBlockCommand)
      .filter((call) => call.args[0].input.BlockIndex === 0);
    expect(tries).toHaveLength(5);
  });

  test('a failure while the disk is read is not lost, and ends the reading', async () => {
    let closed = false;
    async function* slow(): AsyncGenerator<ChangedBlock> {
      try {
        for (const block of blocksOf(1000)) {
          await new Promise(setImmediate);
          yield block;
        }
      } finally {
        closed = true;
      }
    }
    ebs.on(PutSnapshotBlockCommand).callsFake(({ BlockIndex }: PutSnapshotBlockCommand['input']) => {
      if (BlockIndex === 3) throw ebsError('AccessDeniedException');
      return {};
    });
    await expect(run(slow()).upload).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(closed).toBe(true);
    expect(ebs.commandCalls(PutSnapshotBlockCommand).length).toBeLessThan(100);
    expect(ebs.commandCalls(CompleteSnapshotCommand)).toHaveLength(0);
  });

  test.each(['ValidationException', 'AccessDeniedException'])('does not repeat a %s', async (name) => {
    ebs.on(PutSnapshotBlockCommand).rejects(ebsError(name));
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ State: 'pending' }] });
    await expect(run(read(blocksOf(1))).upload).rejects.toMatchObject({ name });
    expect(ebs.commandCalls(PutSnapshotBlockCommand)).toHaveLength(1);
  });

  test('E02: surfaces the same token with other parameters at once', async () => {
    ebs.on(StartSnapshotCommand).rejects(ebsError('ConflictException'));
    const { upload, clock } = run();
    await expect(upload).rejects.toMatchObject({ name: 'ConflictException' });
    expect(clock.waited()).toBe(0);
  });

  test('E01: a repeated upload whose snapshot is completed writes nothing', async () => {
    ebs.on(StartSnapshotCommand).resolves({ SnapshotId: 'snap-1', Status: 'completed' });
    expect(await run().upload).toEqual({ snapshotId: 'snap-1', blocksUploaded: 0 });
    expect(ebs.commandCalls(PutSnapshotBlockCommand)).toHaveLength(0);
  });

  test('E07: a repeated upload whose snapshot was sealed before takes it as soon as it is completed', async () => {
    const { upload, clock } = run();
    ebs.on(PutSnapshotBlockCommand).rejects(ebsError('ValidationException'));
    ec2.on(DescribeSnapshotsCommand).callsFake(() => ({
      Snapshots: [{ State: clock.waited() < 10_000 ? 'pending' : 'completed' }],
    }));
    expect(await upload).toMatchObject({ snapshotId: 'snap-1' });
  });

  test('E08: a lost answer to the completion is no failure', async () => {
    ebs
      .on(CompleteSnapshotCommand)
      .rejectsOnce(new Error('socket hang up'))
      .rejects(ebsError('ValidationException'));
    expect(await run().upload).toMatchObject({ snapshotId: 'snap-1' });
  });

  test('E09: a wrong count is a failure', async () => {
    ebs.on(CompleteSnapshotCommand).rejects(ebsError('ValidationException'));
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ State: 'pending' }] });
    await expect(run().upload).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('E10: never takes a snapshot that ends in error', async () => {
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ State: 'error', StateMessage: 'no key' }] });
    await expect(run().upload).rejects.toMatchObject({
      name: 'ImageFailed',
      message: expect.stringContaining('no key'),
    });
  });

  test('E10: waits for a pending snapshot, up to 600 s, and for one that Describe does not know yet', async () => {
    ec2
      .on(DescribeSnapshotsCommand)
      .rejectsOnce(ec2Error('InvalidSnapshot.NotFound'))
      .resolves({ Snapshots: [{ State: 'pending' }] });
    const { upload, clock } = run();
    await expect(upload).rejects.toThrow('not completed in 600 s');
    expect(clock.waited()).toBeGreaterThanOrEqual(600_000);
  });
});
