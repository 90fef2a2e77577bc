import type { BlockDeviceMapping, RegisterImageRequest, RegisterImageResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../errors.ts';
import type { Ec2Deps, Ec2State } from './deps.ts';
import { invalidParameter, missingParameter, snapshotNotFound } from './errors.ts';
import { finishPending } from './image-state.ts';
import type { ImageRecord } from './records.ts';
import { addTags, tagsFor } from './tags.ts';

const NAME = /^[A-Za-z0-9 ()[\]./\-'@_]{3,128}$/;

const checkName = (state: Ec2State, name: string): void => {
  if (!NAME.test(name)) {
    throw new AwsError(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'`,
    );
  }
  const taken = state.images.list().find((image) => image.name === name);
  if (taken !== undefined) {
    throw new AwsError(
      'InvalidAMIName.Duplicate',
      `AMI name ${name} is already in use by AMI ${taken.imageId}`,
    );
  }
};

const checkSnapshot = (state: Ec2State, snapshotId: string): number => {
  const snapshot = state.snapshots.get(snapshotId);
  if (snapshot === undefined) throw snapshotNotFound(snapshotId);
  if (snapshot.status !== 'completed') {
    throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${snapshot.status}`);
  }
  return snapshot.volumeSizeGiB;
};

const completeMapping = (state: Ec2State, mapping: BlockDeviceMapping): BlockDeviceMapping => {
  const snapshotId = mapping.Ebs?.SnapshotId;
  if (mapping.Ebs === undefined || snapshotId === undefined) return mapping;
  if (mapping.Ebs.Encrypted !== undefined) {
    throw invalidParameter('the encrypted flag cannot be specified since device has a snapshot specified.');
  }
  const snapshotGiB = checkSnapshot(state, snapshotId);
  const volumeGiB = mapping.Ebs.VolumeSize ?? snapshotGiB;
  if (volumeGiB < snapshotGiB) {
    throw invalidParameter(
      `Volume of size ${volumeGiB}GB is smaller than snapshot '${snapshotId}', expect size >= ${snapshotGiB}GB`,
    );
  }
  return {
    DeviceName: mapping.DeviceName,
    Ebs: {
      DeleteOnTermination: mapping.Ebs.DeleteOnTermination ?? true,
      SnapshotId: snapshotId,
      VolumeSize: volumeGiB,
      VolumeType: mapping.Ebs.VolumeType ?? 'gp2',
      Encrypted: false,
    },
  };
};

/**
 * Registers an image on a completed snapshot. As on EC2 the defaults are `paravirtual` and `i386`, which no instance type
 * here can launch.
 */
export const registerImage = (input: RegisterImageRequest, deps: Ec2Deps): RegisterImageResult => {
  const name = input.Name ?? '';
  checkName(deps, name);
  const rootDeviceName = input.RootDeviceName;
  if (rootDeviceName === undefined) throw missingParameter('rootDeviceName');
  const mappings = (input.BlockDeviceMappings ?? []).map((mapping) => completeMapping(deps, mapping));
  const rootSnapshotId = mappings.find(({ DeviceName }) => DeviceName === rootDeviceName)?.Ebs?.SnapshotId;
  if (rootSnapshotId === undefined) {
    throw new AwsError(
      'InvalidBlockDeviceMapping',
      'The block device mapping is invalid: the root device has no snapshot',
    );
  }
  const image: ImageRecord = {
    imageId: `ami-${deps.context.random.hex(17)}`,
    name,
    description: input.Description ?? '',
    state: 'pending',
    createdAt: deps.context.clock.now(),
    architecture: input.Architecture ?? 'i386',
    virtualizationType: input.VirtualizationType ?? 'paravirtual',
    rootDeviceName,
    rootSnapshotId,
    blockDeviceMappings: mappings,
    enaSupport: input.EnaSupport ?? false,
    firmwareProven: false,
    ...(input.BootMode === undefined ? {} : { bootMode: input.BootMode }),
    ...(input.ImdsSupport === undefined ? {} : { imdsSupport: input.ImdsSupport }),
    ...(input.TpmSupport === undefined ? {} : { tpmSupport: input.TpmSupport }),
  };
  const tags = tagsFor(input.TagSpecifications, 'image');
  deps.context.store.transaction(() => {
    deps.images.put(image.imageId, image);
    addTags(deps, image.imageId, tags);
  });
  finishPending(deps, image.imageId);
  return { ImageId: image.imageId };
};
