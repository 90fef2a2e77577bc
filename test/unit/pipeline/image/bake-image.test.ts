import { Readable } from 'node:stream';
import {
  CompleteSnapshotCommand,
  EBSClient,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import {
  DeleteSnapshotCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import type { Image } from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { baseKey } from '#pipeline/image/base-image';
import { bakeImage } from '#pipeline/image/bake-image';
import { releaseKey } from '#pipeline/release/release-record';
import { TAG } from '#pipeline/tags';
import { zipOf } from '#test/helpers/archives';
import { aBase } from '#test/helpers/bases';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { announcements, aRelease, quietLog, STACK } from '#test/helpers/pipeline-fixtures';
import { ebsError, ec2Error } from '#test/helpers/service-error';

const s3 = mockClient(S3Client);
const ebs = mockClient(EBSClient);
const ec2 = mockClient(EC2Client);

const release = aRelease();
const app = {
  'package.json': JSON.stringify({ name: 'hello', scripts: { start: 'node server.js' } }),
  'kiln.json': JSON.stringify({ healthPath: '/health' }),
  'server.js': 'listen()',
};

/** The images that EC2 knows. */
let images: Image[];

const serve = (artifact: Buffer): void => {
  s3.on(GetObjectCommand).callsFake(() => ({
    Body: Readable.from([artifact]),
    ContentLength: artifact.length,
  }));
};

const setUp = (withBase = true) => {
  const base = { manifest: aBase().manifest, snapshotId: 'snap-base' };
  const documents = memoryDocuments(withBase ? { [baseKey('node24')]: base } : {});
  const { names, announce } = announcements();
  const deps = {
    s3: new S3Client({ region: 'r' }),
    ebs: new EBSClient({ region: 'r' }),
    ec2: new EC2Client({ region: 'r' }),
    documents,
    announce,
    clock: instantClock(),
    log: quietLog,
    stack: STACK,
  };
  return { documents, names, deps };
};

beforeEach(() => {
  for (const mock of [s3, ebs, ec2]) mock.reset();
  images = [];
  serve(zipOf(app));
  ebs.on(StartSnapshotCommand).resolves({ SnapshotId: 'snap-1', Status: 'pending' });
  ebs.on(PutSnapshotBlockCommand).resolves({});
  ebs.on(CompleteSnapshotCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ State: 'completed' }] });
  ec2.on(DescribeImagesCommand).callsFake(() => ({ Images: images }));
  ec2.on(RegisterImageCommand).callsFake((input: RegisterImageCommand['input']) => {
    images = [
      {
        ImageId: 'ami-1',
        State: 'available',
        ...(input.Name === undefined ? {} : { Name: input.Name }),
        BlockDeviceMappings: input.BlockDeviceMappings ?? [],
        Tags: input.TagSpecifications?.[0]?.Tags ?? [],
      },
    ];
    return { ImageId: 'ami-1' };
  });
});

describe('bakeImage', () => {
  test('turns the artifact into an image on top of the base and records it', async () => {
    const { deps, documents, names } = setUp();
    const { image } = await bakeImage({ release }, deps);
    expect(image).toMatchObject({ imageId: 'ami-1', snapshotId: 'snap-1', healthPath: '/health' });
    expect(image.bake.blocksUploaded).toBe(ebs.commandCalls(PutSnapshotBlockCommand).length);
    expect(documents.all.get(releaseKey(release))).toMatchObject({ ...release, status: 'baked', image });
    expect(names).toEqual(['release.baked']);
  });

  test('I10: snapshot and image carry their tags from the call that creates them', async () => {
    await bakeImage({ release }, setUp().deps);
    const tags = expect.arrayContaining([
      { Key: TAG.stack, Value: STACK },
      { Key: TAG.releaseId, Value: release.releaseId },
      { Key: TAG.digest, Value: expect.stringMatching(/^sha256:/) },
    ]);
    expect(ebs.commandCalls(StartSnapshotCommand)[0]?.args[0].input).toMatchObject({
      Tags: tags,
      ParentSnapshotId: 'snap-base',
    });
    expect(images[0]?.Tags).toEqual(tags);
  });

  test('B01: a repeated bake has the same token, and finds the image of the first', async () => {
    const first = await bakeImage({ release }, setUp().deps);
    const again = await bakeImage({ release }, setUp().deps);
    expect({ ...again.image, bake: null }).toEqual({ ...first.image, bake: null });
    expect(again.image.bake.blocksUploaded).toBe(0);
    expect(ebs.commandCalls(StartSnapshotCommand)).toHaveLength(1);
  });

  test('B01: a bake that was killed before it registered goes on with the same snapshot', async () => {
    ebs.on(CompleteSnapshotCommand).rejectsOnce(ebsError('AccessDeniedException')).resolves({});
    await expect(bakeImage({ release }, setUp().deps)).rejects.toThrow();
    await bakeImage({ release }, setUp().deps);
    const tokens = ebs.commandCalls(StartSnapshotCommand).map((call) => call.args[0].input.ClientToken);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  test('D17 B07: takes the image of another release of the same content, and removes its own snapshot', async () => {
    ec2.on(DescribeImagesCommand).callsFake(() => ({ Images: images }));
    ec2.on(RegisterImageCommand).callsFake((input: RegisterImageCommand['input']) => {
      images = [
        {
          ImageId: 'ami-other',
          State: 'available',
          BlockDeviceMappings: [{ Ebs: { SnapshotId: 'snap-other' } }],
          Tags: input.TagSpecifications?.[0]?.Tags ?? [],
        },
      ];
      throw ec2Error('InvalidAMIName.Duplicate');
    });
    const { image } = await bakeImage({ release }, setUp().deps);
    expect(image).toMatchObject({ imageId: 'ami-other', snapshotId: 'snap-other' });
    const deleted = ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId);
    expect(deleted).toEqual(['snap-1']);
  });

  test('G02: refuses other content under its name before it uploads anything', async () => {
    images = [{ ImageId: 'ami-9', State: 'available', Tags: [{ Key: TAG.digest, Value: 'sha256:other' }] }];
    await expect(bakeImage({ release }, setUp().deps)).rejects.toMatchObject({ name: 'DigestMismatch' });
    expect(ebs.calls()).toHaveLength(0);
  });

  test('says which artifact is refused and why, and makes nothing', async () => {
    serve(Buffer.from('no archive'));
    await expect(bakeImage({ release }, setUp().deps)).rejects.toMatchObject({
      name: 'ArtifactRejected',
      message: expect.stringMatching(/^artifact 'apps\/hello\/1\.0\.0\.zip' is refused/),
    });
    expect([...ebs.calls(), ...ec2.calls()]).toHaveLength(0);
  });

  test('B05: fails before it makes anything where no base was published', async () => {
    await expect(bakeImage({ release }, setUp(false).deps)).rejects.toMatchObject({ name: 'BaseMissing' });
    expect([...s3.calls(), ...ebs.calls(), ...ec2.calls()]).toHaveLength(0);
  });
});
