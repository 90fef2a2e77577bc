import { DescribeImagesCommand, EC2Client, RegisterImageCommand } from '@aws-sdk/client-ec2';
import type { Image } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { imageName, registerImage } from '#pipeline/image/register-image';
import { TAG } from '#pipeline/tags';
import { instantClock } from '#test/helpers/instant-clock';
import { ec2Error } from '#test/helpers/service-error';

const ec2 = mockClient(EC2Client);
const DIGEST = `sha256:${'a'.repeat(64)}`;

const registered = (more: Partial<Image> = {}): Image => ({
  ImageId: 'ami-1',
  State: 'available',
  BlockDeviceMappings: [{ Ebs: { SnapshotId: 'snap-1' } }],
  Tags: [{ Key: TAG.digest, Value: DIGEST }],
  ...more,
});

const run = () => {
  const clock = instantClock();
  const image = { app: 'hello', digest: DIGEST, snapshotId: 'snap-1' as const, tags: [] };
  return { clock, image: registerImage(image, { ec2: new EC2Client({ region: 'r' }), clock }) };
};

beforeEach(() => {
  ec2.reset();
  ec2.on(RegisterImageCommand).resolves({ ImageId: 'ami-1' });
  ec2.on(DescribeImagesCommand).resolves({ Images: [registered()] });
});

describe('registerImage', () => {
  test('B09: names an image by its content', () => {
    expect(imageName('hello', DIGEST)).toBe(`kiln/hello/${'a'.repeat(32)}`);
  });

  test('says all that would not boot by default', async () => {
    await run().image;
    expect(ec2.commandCalls(RegisterImageCommand)[0]?.args[0].input).toMatchObject({
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      BootMode: 'uefi-preferred',
      EnaSupport: true,
      ImdsSupport: 'v2.0',
      RootDeviceName: '/dev/sda1',
    });
  });

  test('G03: waits while the new image is unknown or pending', async () => {
    const { clock, image } = run();
    ec2.on(DescribeImagesCommand).callsFake(() => {
      if (clock.waited() < 60_000) return { Images: [] };
      return { Images: [registered({ State: clock.waited() < 90_000 ? 'pending' : 'available' })] };
    });
    expect(await image).toEqual({ imageId: 'ami-1', snapshotId: 'snap-1', digest: DIGEST });
    expect(clock.waited()).toBeGreaterThanOrEqual(90_000);
  });

  test('G04: says why an image failed', async () => {
    ec2.on(DescribeImagesCommand).resolves({
      Images: [registered({ State: 'failed', StateReason: { Message: 'no boot sector' } })],
    });
    await expect(run().image).rejects.toMatchObject({
      name: 'ImageFailed',
      message: expect.stringContaining('no boot sector'),
    });
  });

  test('G01 B07: adopts the image of its name and digest, even one that Describe does not know yet', async () => {
    ec2.on(RegisterImageCommand).rejects(ec2Error('InvalidAMIName.Duplicate'));
    const { clock, image } = run();
    ec2
      .on(DescribeImagesCommand)
      .callsFake(() => ({ Images: clock.waited() < 60_000 ? [] : [registered()] }));
    expect(await image).toMatchObject({ imageId: 'ami-1' });
  });

  test('G07: adopts only an image of its own account', async () => {
    ec2.on(RegisterImageCommand).rejects(ec2Error('InvalidAMIName.Duplicate'));
    await run().image;
    for (const call of ec2.commandCalls(DescribeImagesCommand)) {
      expect(call.args[0].input).toMatchObject({ Owners: ['self'] });
    }
  });

  test.each([
    ['G02', 'another digest', [{ Key: TAG.digest, Value: 'sha256:other' }]],
    ['G08', 'no digest', []],
  ])('%s: refuses an image of its name with %s', async (_id, _what, Tags) => {
    ec2.on(RegisterImageCommand).rejects(ec2Error('InvalidAMIName.Duplicate'));
    ec2.on(DescribeImagesCommand).resolves({ Images: [registered({ Tags })] });
    await expect(run().image).rejects.toMatchObject({ name: 'DigestMismatch' });
  });

  test('lets every other refusal out', async () => {
    ec2.on(RegisterImageCommand).rejects(ec2Error('UnauthorizedOperation'));
    await expect(run().image).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });
});
