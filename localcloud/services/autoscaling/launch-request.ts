import type { LaunchInstancesCommandInput } from '@aws-sdk/client-auto-scaling';
import { chooseSubnets } from './choose-subnets.ts';
import { validationError } from './errors.ts';
import type { SubnetRecord } from './records.ts';
import { asAutoScaling, findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

// API reference, LaunchInstances: "the actual instance count is limited to 100 instances per launch".
const MOST = 100;

const ONE_PLACE = ['AvailabilityZones', 'AvailabilityZoneIds', 'SubnetIds'] as const;

/** Checks what can be checked without the group. */
export const checkRequest = (
  input: LaunchInstancesCommandInput,
  ownToken: string,
): { readonly token: string; readonly count: number; readonly retries: boolean } => {
  const {
    RequestedCapacity: count = 0,
    ClientToken: token = ownToken,
    RetryStrategy: strategy = 'none',
  } = input;
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST)
    throw validationError(`RequestedCapacity ${count} must be between 1 and ${MOST}`);
  if (!/^[A-Za-z0-9\-_/]{1,64}$/.test(token))
    throw validationError(`ClientToken '${token}' must have 1 to 64 characters of A-Z a-z 0-9 - _ /`);
  if (strategy !== 'none' && strategy !== 'retry-with-group-configuration')
    throw validationError(
      `RetryStrategy '${String(strategy)}' must be 'none' or 'retry-with-group-configuration'`,
    );
  for (const member of ONE_PLACE) {
    if ((input[member] ?? []).length > 1) throw validationError(`${member} must have at most 1 item`);
  }
  if (input.AvailabilityZones !== undefined && input.AvailabilityZoneIds !== undefined)
    throw validationError('You cannot specify both AvailabilityZones and AvailabilityZoneIds');
  return { token, count, retries: strategy !== 'none' };
};

/** The subnet that a request means: the one it names, or the emptiest of its zone; a group in one zone need not be told. */
export const chooseSubnet = async (
  scope: AutoScalingScope,
  input: LaunchInstancesCommandInput,
): Promise<{ readonly subnet: SubnetRecord; readonly zoneId: string }> => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  const [zone] = input.AvailabilityZones ?? [];
  const [wantedId] = input.AvailabilityZoneIds ?? [];
  const [subnetId] = input.SubnetIds ?? [];
  const several = new Set(group.subnets.map((subnet) => subnet.zone)).size > 1;
  if (several && zone === undefined && wantedId === undefined && subnetId === undefined)
    throw validationError(
      `AutoScalingGroup '${group.name}' has several Availability Zones: specify AvailabilityZones, AvailabilityZoneIds or SubnetIds`,
    );
  const { Subnets = [] } = await scope.context.peers.ec2.DescribeSubnets(
    { Filters: [{ Name: 'subnet-id', Values: group.subnets.map(({ id }) => id) }] },
    asAutoScaling(scope),
  );
  const zoneIds = new Map(
    Subnets.map(({ SubnetId, AvailabilityZoneId = '' }) => [SubnetId, AvailabilityZoneId]),
  );
  const fitting = group.subnets.filter(
    (subnet) =>
      (zone === undefined || subnet.zone === zone) &&
      (wantedId === undefined || zoneIds.get(subnet.id) === wantedId) &&
      (subnetId === undefined || subnet.id === subnetId),
  );
  const [subnet] = chooseSubnets(fitting, scope.records.instances(group.name), 1);
  if (subnet === undefined)
    throw validationError(
      `'${[zone, wantedId, subnetId].filter((place) => place !== undefined).join("', '")}' is not a place of AutoScalingGroup '${group.name}'`,
    );
  return { subnet, zoneId: zoneIds.get(subnet.id) ?? '' };
};
