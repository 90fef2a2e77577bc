import { AwsError } from '../../errors.ts';
import { validationError } from './errors.ts';
import type { SubnetRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

/** Finds the subnets of a `VPCZoneIdentifier` (ids with commas between). */
export const checkSubnets = async (
  scope: AutoScalingScope,
  identifier: string | undefined,
): Promise<SubnetRecord[]> => {
  const ids = (identifier ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw validationError('At least one Availability Zone or VPC Subnet is required.');
  const { Subnets = [] } = await scope.context.peers.ec2.DescribeSubnets(
    { Filters: [{ Name: 'subnet-id', Values: ids }] },
    asAutoScaling(scope),
  );
  return ids.map((id) => {
    const subnet = Subnets.find(({ SubnetId }) => SubnetId === id);
    if (subnet === undefined) throw validationError(`The subnet ID '${id}' does not exist`);
    return { id, zone: subnet.AvailabilityZone ?? '' };
  });
};

/** Checks that the target groups exist. */
export const checkTargetGroups = async (
  scope: AutoScalingScope,
  arns: readonly string[] | undefined,
): Promise<string[]> => {
  const wanted = [...new Set(arns)];
  if (wanted.length === 0) return wanted;
  try {
    await scope.context.peers.elasticloadbalancing.DescribeTargetGroups(
      { TargetGroupArns: wanted },
      asAutoScaling(scope),
    );
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'TargetGroupNotFound') throw error;
    throw new AwsError(
      'ValidationError',
      'Provided Target Groups may not be valid. Please ensure they exist and try again.',
      { cause: error },
    );
  }
  return wanted;
};
