import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '#localcloud/clock';
import { imageInput, startEc2World } from '#test/helpers/ec2-world';
import type { Ec2World } from '#test/helpers/ec2-world';
import { poll } from '#test/helpers/poll';
import { aSnapshot } from '#test/helpers/snapshots';

let world: Ec2World;

beforeEach(async () => {
  world = await startEc2World();
});

afterEach(() => world.stop());

describe('images (from-docs)', () => {
  test('an image is pending before it is available', async () => {
    await world.stop();
    world = await startEc2World({}, undefined, systemClock);
    const { ImageId = '' } = await world.ec2.registerImage(imageInput(await aSnapshot(world.ebs)));
    const { Images } = await world.ec2.describeImages({ ImageIds: [ImageId] });
    expect(Images?.[0]).toMatchObject({ State: 'pending', Name: 'hello-1.0.0', RootDeviceType: 'ebs' });
  });

  test('a name is used once, and must be in the grammar', async () => {
    const id = await world.anImage();
    await expect(world.ec2.registerImage(imageInput(await aSnapshot(world.ebs)))).rejects.toMatchObject({
      name: 'InvalidAMIName.Duplicate',
      message: `AMI name hello-1.0.0 is already in use by AMI ${id}`,
    });
    await expect(world.anImage({ Name: 'a:b' })).rejects.toMatchObject({ name: 'InvalidAMIName.Malformed' });
  });

  test('AWS’s defaults for virtualization and architecture register and do not launch', async () => {
    const snapshotId = await aSnapshot(world.ebs);
    const { ImageId: id = '' } = await world.ec2.registerImage({
      Name: 'defaults',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }],
    });
    await poll(
      async () =>
        (await world.ec2.describeImages({ ImageIds: [id] })).Images?.[0]?.State === 'available'
          ? true
          : undefined,
      5000,
      () => 'not available',
    );
    const { Images } = await world.ec2.describeImages({ ImageIds: [id] });
    expect(Images?.[0]).toMatchObject({ VirtualizationType: 'paravirtual', Architecture: 'i386' });
    await expect(world.launch({ ImageId: id })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('a snapshot that is not completed cannot become an image', async () => {
    const { SnapshotId = '' } = await world.ebs.startSnapshot({ VolumeSize: 1 });
    await expect(world.ec2.registerImage(imageInput(SnapshotId))).rejects.toMatchObject({
      name: 'IncorrectState',
    });
  });

  test('a snapshot in use by an image is deleted only after the image', async () => {
    const id = await world.anImage();
    const { Images } = await world.ec2.describeImages({ ImageIds: [id] });
    const SnapshotId = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
    await expect(world.ec2.deleteSnapshot({ SnapshotId })).rejects.toMatchObject({
      name: 'InvalidSnapshot.InUse',
    });
    await world.ec2.deregisterImage({ ImageId: id });
    await world.ec2.deleteSnapshot({ SnapshotId });
    await expect(world.ec2.describeImages({ ImageIds: [id] })).rejects.toMatchObject({
      name: 'InvalidAMIID.NotFound',
    });
  });
});
