import { DescribeImagesCommand, EC2ServiceException, RegisterImageCommand } from '@aws-sdk/client-ec2';
import type { EC2Client, Image as Ec2Image, Tag } from '@aws-sdk/client-ec2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import { DigestMismatchError, ImageFailedError } from '../errors.ts';
import type { ImageId, SnapshotId } from '../model.ts';
import { TAG } from '../tags.ts';

/** A registered image as EC2 describes it. */
export interface FoundImage {
  readonly imageId: ImageId;
  readonly snapshotId: SnapshotId;
  readonly digest: string;
}

export interface ImageDeps {
  readonly ec2: EC2Client;
  readonly clock: Clock;
}

/** Images are named by what they contain: the same content is the same image. At most 128 characters. */
export const imageName = (app: string, digest: string): string =>
  `kiln/${app}/${digest.replace('sha256:', '').slice(0, 32)}`;

const toFound = (image: Ec2Image): FoundImage => ({
  imageId: image.ImageId as ImageId,
  snapshotId: image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId as SnapshotId,
  digest: image.Tags?.find((tag) => tag.Key === TAG.digest)?.Value ?? '',
});

/** Our own image of that name, whatever its state; never someone else's of the same name. */
export const findImage = async (name: string, ec2: EC2Client): Promise<FoundImage | undefined> => {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'name', Values: [name] }] }),
  );
  return Images[0] === undefined ? undefined : toFound(Images[0]);
};

/** The image that made the name taken; a new one may be unknown to Describe for a while. */
const findRegistered = (name: string, deps: ImageDeps): Promise<FoundImage | undefined> =>
  poll(deps.clock, { intervalMilliseconds: 500, timeoutMilliseconds: 90_000 }, () =>
    findImage(name, deps.ec2),
  );

/**
 * Waits until the image can be launched.
 * @throws ImageFailedError
 */
const waitUntilAvailable = async (imageId: ImageId, deps: ImageDeps): Promise<void> => {
  const image = await poll(
    deps.clock,
    { intervalMilliseconds: 50, longestMilliseconds: 2000, timeoutMilliseconds: 300_000 },
    async () => {
      // A new id may be unknown to Describe for a while.
      const { Images = [] } = await deps.ec2.send(
        new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'image-id', Values: [imageId] }] }),
      );
      return Images.find((candidate) => candidate.State !== 'pending');
    },
  );
  if (image?.State !== 'available') {
    throw new ImageFailedError(
      imageId,
      image?.State ?? 'pending',
      image?.StateReason?.Message ?? 'no reason given',
    );
  }
};

/**
 * The image of that name if it has that digest: an earlier call's answer was lost, or another release has the same
 * content. @throws DigestMismatchError for an image of that name with other content
 */
export const adoptImage = async (found: FoundImage, digest: string, deps: ImageDeps): Promise<FoundImage> => {
  if (found.digest !== digest) throw new DigestMismatchError(found.imageId, found.digest, digest);
  await waitUntilAvailable(found.imageId, deps);
  return found;
};

/**
 * Registers a snapshot as a bootable image. RegisterImage's own defaults (paravirtual, i386) would not boot, so all is
 * said. An image of that name with the same digest is adopted: an earlier call's answer was lost.
 * @throws DigestMismatchError, ImageFailedError
 */
export const registerImage = async (
  image: {
    readonly app: string;
    readonly digest: string;
    readonly snapshotId: SnapshotId;
    readonly tags: readonly Tag[];
  },
  deps: ImageDeps,
): Promise<FoundImage> => {
  const name = imageName(image.app, image.digest);
  try {
    const { ImageId } = await deps.ec2.send(
      new RegisterImageCommand({
        Name: name,
        Description: `Kiln image of ${image.app}`,
        Architecture: 'x86_64',
        VirtualizationType: 'hvm',
        BootMode: 'uefi-preferred',
        EnaSupport: true,
        ImdsSupport: 'v2.0',
        RootDeviceName: '/dev/sda1',
        BlockDeviceMappings: [
          {
            DeviceName: '/dev/sda1',
            Ebs: { SnapshotId: image.snapshotId, VolumeType: 'gp3', DeleteOnTermination: true },
          },
        ],
        TagSpecifications: [{ ResourceType: 'image', Tags: [...image.tags] }],
      }),
    );
    const imageId = ImageId as ImageId;
    await waitUntilAvailable(imageId, deps);
    return { imageId, snapshotId: image.snapshotId, digest: image.digest };
  } catch (error) {
    if (!(error instanceof EC2ServiceException && error.name === 'InvalidAMIName.Duplicate')) throw error;
    const found = await findRegistered(name, deps);
    if (found === undefined) throw error;
    return adoptImage(found, image.digest, deps);
  }
};
