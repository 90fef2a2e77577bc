import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import type { EC2Client, Image as DescribedImage } from '@aws-sdk/client-ec2';
import { DigestMismatchError, ReleaseNotReadyError } from '../errors.ts';
import type { Evidence, Image, Release } from '../model.ts';
import { TAG } from '../tags.ts';

/** The image as EC2 describes it now, our own only; undefined when it is gone. */
export const findImage = async (imageId: string, ec2: EC2Client): Promise<DescribedImage | undefined> => {
  // By filter: an unknown `ImageIds` would be an error instead of an empty answer.
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'image-id', Values: [imageId] }] }),
  );
  return Images[0];
};

/** Whether machines can be launched from it. */
export const isAvailable = (image: DescribedImage | undefined): boolean =>
  image !== undefined && (image.State ?? 'available') === 'available';

/**
 * The image must be there and, bit for bit, the one that was smoke-tested.
 * @throws ReleaseNotReadyError, DigestMismatchError
 */
export const checkImage = async (
  { releaseId }: Pick<Release, 'releaseId'>,
  image: Image,
  evidence: Pick<Evidence, 'digest'> | undefined,
  ec2: EC2Client,
): Promise<void> => {
  const found = await findImage(image.imageId, ec2);
  if (!isAvailable(found)) {
    const state = found === undefined ? 'gone' : `'${found.State}'`;
    throw new ReleaseNotReadyError(releaseId, `its image '${image.imageId}' is ${state}`);
  }
  const tested = evidence?.digest ?? 'none';
  const registered = found?.Tags?.find((tag) => tag.Key === TAG.digest)?.Value ?? 'none';
  if (registered !== tested || image.digest !== tested)
    throw new DigestMismatchError(image.imageId, registered, tested);
};
