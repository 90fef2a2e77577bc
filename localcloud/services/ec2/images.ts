import type {
  DeregisterImageRequest,
  DeregisterImageResult,
  DescribeImagesRequest,
  DescribeImagesResult,
  Image,
} from '@aws-sdk/client-ec2';
import type { Ec2Deps, Ec2State } from './deps.ts';
import { imagesNotFound, malformedId } from './errors.ts';
import { applyFilters } from './filters.ts';
import { publishImageState } from './image-state.ts';
import { pageOf } from './page.ts';
import type { ImageRecord } from './records.ts';
import { forgetTags, tagList, tagsOf } from './tags.ts';

const IMAGE_ID = /^ami-[0-9a-f]{8,17}$/;

/** The image, or EC2's error for an unknown or malformed id. */
export const findImage = (state: Ec2State, imageId: string): ImageRecord => {
  if (!IMAGE_ID.test(imageId)) throw malformedId('InvalidAMIID', imageId);
  const image = state.images.get(imageId);
  if (image === undefined) throw imagesNotFound([imageId]);
  return image;
};

const toImage = (state: Ec2State, image: ImageRecord): Image => ({
  ImageId: image.imageId,
  ImageLocation: `${state.context.accountId}/${image.name}`,
  ImageType: 'machine',
  Name: image.name,
  Description: image.description,
  State: image.state,
  OwnerId: state.context.accountId,
  Public: false,
  Architecture: image.architecture as Image['Architecture'],
  VirtualizationType: image.virtualizationType as Image['VirtualizationType'],
  Hypervisor: 'xen',
  EnaSupport: image.enaSupport,
  RootDeviceName: image.rootDeviceName,
  RootDeviceType: 'ebs',
  BlockDeviceMappings: [...image.blockDeviceMappings],
  BootMode: image.bootMode,
  ImdsSupport: image.imdsSupport,
  TpmSupport: image.tpmSupport,
  CreationDate: new Date(image.createdAt).toISOString(),
  LastLaunchedTime:
    image.lastLaunchedAt === undefined ? undefined : new Date(image.lastLaunchedAt).toISOString(),
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  DeregistrationProtection: 'disabled',
  Tags: tagList(tagsOf(state, image.imageId)),
});

/** Describes the account's images; there are no public ones, so any other owner has none. */
export const describeImages = (input: DescribeImagesRequest, state: Ec2State): DescribeImagesResult => {
  const { accountId } = state.context;
  const malformed = input.ImageIds?.find((id) => !IMAGE_ID.test(id));
  if (malformed !== undefined) throw malformedId('InvalidAMIID', malformed);
  const unknown = input.ImageIds?.filter((id) => state.images.get(id) === undefined) ?? [];
  if (unknown.length > 0) throw imagesNotFound(unknown);
  const owned = input.Owners?.some((owner) => owner === 'self' || owner === accountId) ?? true;
  const candidates = state.images
    .list()
    .filter(({ imageId }) => owned && (input.ImageIds?.includes(imageId) ?? true));
  const images = applyFilters(
    candidates,
    input.Filters,
    {
      'image-id': ({ imageId }) => [imageId],
      name: ({ name }) => [name],
      description: ({ description }) => [description],
      state: (image) => [image.state],
      architecture: ({ architecture }) => [architecture],
      'virtualization-type': ({ virtualizationType }) => [virtualizationType],
      'boot-mode': ({ bootMode }) => [bootMode],
      'image-type': () => ['machine'],
      'is-public': () => ['false'],
      'owner-id': () => [accountId],
      'root-device-name': ({ rootDeviceName }) => [rootDeviceName],
      'root-device-type': () => ['ebs'],
      'ena-support': ({ enaSupport }) => [String(enaSupport)],
      'creation-date': ({ createdAt }) => [new Date(createdAt).toISOString()],
      'block-device-mapping.snapshot-id': ({ blockDeviceMappings }) =>
        blockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId),
    },
    ({ imageId }) => tagsOf(state, imageId),
  );
  const { page, nextToken } = pageOf(images, ({ imageId }) => imageId, input);
  return { Images: page.map((image) => toImage(state, image)), NextToken: nextToken };
};

/** Deregisters an image; its instances go on, its snapshots stay unless told otherwise. */
export const deregisterImage = async (
  input: DeregisterImageRequest,
  deps: Ec2Deps,
): Promise<DeregisterImageResult> => {
  const image = findImage(deps, input.ImageId ?? '');
  deps.context.store.transaction(() => {
    deps.images.delete(image.imageId);
    forgetTags(deps, image.imageId);
    publishImageState(deps, image.imageId, 'deregistered');
  });
  if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
  const snapshotIds = image.blockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  for (const snapshotId of snapshotIds) {
    if (deps.snapshots.get(snapshotId) !== undefined) await deps.snapshots.delete(snapshotId);
  }
  return {
    Return: true,
    DeleteSnapshotResults: snapshotIds.map((SnapshotId) => ({ SnapshotId, ReturnCode: 'success' })),
  };
};
