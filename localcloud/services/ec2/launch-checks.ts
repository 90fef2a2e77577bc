import type { Ec2State } from './deps.ts';
import { AwsError } from '../../errors.ts';
import { imageUnavailable, invalidCombination, invalidParameter, notFound } from './errors.ts';
import { findImage } from './images.ts';
import type { InstanceTypeFacts } from './instance-types.ts';
import type { LaunchParameters } from './launch-parameters.ts';
import { subnetsOf } from './network.ts';
import type { SubnetFacts } from './network.ts';
import type { ImageRecord } from './records.ts';
import { DEFAULT_GROUP_ID, ensureDefaultGroup, findGroup } from './security-groups.ts';

/** User data is limited to 16 KiB before base64 (EC2 user guide, "Run commands at launch"). */
const USER_DATA_BYTES = 16_384;

/** The image, when it can be launched on the type: what RegisterImage's defaults make of it often cannot. */
export const checkImage = (state: Ec2State, imageId: string, type: InstanceTypeFacts): ImageRecord => {
  const image = findImage(state, imageId);
  if (image.state !== 'available') throw imageUnavailable(imageId);
  if (image.architecture !== type.architecture) {
    throw invalidParameter(
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  }
  if (image.virtualizationType !== 'hvm') {
    throw invalidCombination(
      `The instance type '${type.name}' does not support the virtualization type '${image.virtualizationType}' of image '${imageId}', hvm is needed`,
    );
  }
  if (!image.enaSupport && type.name !== 't2.micro') {
    throw invalidCombination(
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.name}' instance type. Ensure that you are using an AMI that is enabled for ENA.`,
    );
  }
  if (type.architecture !== 'x86_64') {
    throw new AwsError('Unsupported', `The local cloud runs x86_64 machines, and '${type.name}' is not one`);
  }
  return image;
};

/** Refuses user data that is not base64 or too long. */
export const checkUserData = (userData: string | undefined): void => {
  if (userData === undefined) return;
  const bytes = Buffer.from(userData, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== userData.replace(/\s/g, '').replace(/=+$/, '')) {
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data');
  }
  if (bytes.length > USER_DATA_BYTES) {
    throw invalidParameter(`User data is limited to ${USER_DATA_BYTES} bytes`);
  }
};

/** The subnet that is named, one of the zone that is named, or the one with the fewest instances. */
export const chooseSubnet = (state: Ec2State, parameters: LaunchParameters): SubnetFacts => {
  const subnets = subnetsOf(state.context.region);
  const subnetId = parameters.SubnetId ?? parameters.NetworkInterfaces?.[0]?.SubnetId;
  const zone = parameters.Placement?.AvailabilityZone;
  if (subnetId !== undefined) {
    const subnet = subnets.find((candidate) => candidate.subnetId === subnetId);
    if (subnet === undefined) throw notFound('InvalidSubnetID', 'subnet ID', subnetId);
    return subnet;
  }
  if (zone !== undefined) {
    const subnet = subnets.find((candidate) => candidate.zone === zone);
    if (subnet === undefined) throw invalidParameter(`Invalid availability zone: [${zone}]`);
    return subnet;
  }
  const instances = state.instances.list().filter((instance) => instance.state !== 'terminated');
  const load = (subnet: SubnetFacts): number =>
    instances.filter((instance) => instance.subnetId === subnet.subnetId).length;
  const [best] = subnets.toSorted((a, b) => load(a) - load(b));
  if (best === undefined) throw notFound('InvalidSubnetID', 'subnet ID', 'default');
  return best;
};

/** The security groups that are named, or the VPC's default one. */
export const chooseGroups = (state: Ec2State, parameters: LaunchParameters): string[] => {
  ensureDefaultGroup(state);
  const ids = [
    ...(parameters.SecurityGroupIds ?? parameters.NetworkInterfaces?.[0]?.Groups ?? []).map(
      (id) => findGroup(state, id).groupId,
    ),
    ...(parameters.SecurityGroups ?? []).map((name) => findGroup(state, undefined, name).groupId),
  ];
  return ids.length === 0 ? [DEFAULT_GROUP_ID] : ids;
};
