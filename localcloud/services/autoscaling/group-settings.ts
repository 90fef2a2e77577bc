import type {
  CreateAutoScalingGroupCommandInput,
  InstanceMaintenancePolicy,
  Tag,
  UpdateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { unsupported, validationError } from './errors.ts';
import type { GroupRecord, TagRecord } from './records.ts';

type Input = Partial<CreateAutoScalingGroupCommandInput> & Partial<UpdateAutoScalingGroupCommandInput>;

// What would make the group behave differently and is not there; silence would look like agreement.
const UNSUPPORTED = [
  'CapacityReservationSpecification',
  'InstanceId',
  'InstanceLifecyclePolicy',
  'LaunchConfigurationName',
  'LifecycleHookSpecificationList',
  'LoadBalancerNames',
  'MaxInstanceLifetime',
  'MixedInstancesPolicy',
  'PlacementGroup',
  'TrafficSources',
] as const;

/** Refuses members that the local cloud cannot carry out; empty ones are fine. */
export const refuseUnsupported = (input: Input): void => {
  for (const member of UNSUPPORTED) {
    const value = input[member];
    if (value === undefined || value === '' || value === 0 || (Array.isArray(value) && value.length === 0))
      continue;
    throw unsupported(member);
  }
  const policies = (input.TerminationPolicies ?? []).filter((policy) => policy !== 'Default');
  if (policies.length > 0) throw unsupported(`TerminationPolicies ${policies.join(', ')}`);
};

/** The sizes after a change, checked against each other. */
export const checkSizes = (
  input: Pick<Input, 'MinSize' | 'MaxSize' | 'DesiredCapacity'>,
  before?: Pick<GroupRecord, 'minSize' | 'maxSize' | 'desired'>,
): Pick<GroupRecord, 'minSize' | 'maxSize' | 'desired'> => {
  const minSize = input.MinSize ?? before?.minSize ?? 0;
  const maxSize = input.MaxSize ?? before?.maxSize ?? 0;
  if (minSize < 0 || maxSize < 0) throw validationError('Min and max size must not be negative');
  if (minSize > maxSize)
    throw validationError(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  const { DesiredCapacity } = input;
  if (DesiredCapacity !== undefined && (DesiredCapacity < minSize || DesiredCapacity > maxSize))
    throw validationError(
      `Desired capacity:${DesiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  const desired = DesiredCapacity ?? Math.min(Math.max(before?.desired ?? minSize, minSize), maxSize);
  return { minSize, maxSize, desired };
};

/** Checks tags of a group. */
export const checkTags = (tags: readonly Tag[] | undefined): TagRecord[] =>
  (tags ?? []).map(({ Key = '', Value = '', PropagateAtLaunch }) => {
    if (Key === '' || Key.startsWith('aws:'))
      throw validationError(`Tag key '${Key}' must not be empty nor start with 'aws:'`);
    return { key: Key, value: Value, propagate: PropagateAtLaunch ?? true };
  });

const checkPolicy = (policy: InstanceMaintenancePolicy): InstanceMaintenancePolicy | undefined => {
  const { MinHealthyPercentage: least = -1, MaxHealthyPercentage: most = -1 } = policy;
  if (least === -1 && most === -1) return undefined;
  if (least < 0 || least > 100 || most < 100 || most > 200 || most - least > 100)
    throw validationError(
      `InstanceMaintenancePolicy: got min ${least} and max ${most}, needed 0..100 and 100..200, at most 100 apart`,
    );
  return policy;
};

/** The plain settings of a group after a change. */
export const checkSettings = (
  input: Input,
): Partial<
  Pick<
    GroupRecord,
    | 'healthCheckType'
    | 'graceSeconds'
    | 'cooldownSeconds'
    | 'warmupSeconds'
    | 'protectNew'
    | 'maintenancePolicy'
  >
> => {
  const types = (input.HealthCheckType ?? 'EC2').split(',');
  const wrong = types.find((type) => type !== 'EC2' && type !== 'ELB');
  if (wrong !== undefined) throw validationError(`HealthCheckType '${wrong}' must be 'EC2' or 'ELB'`);
  const policy =
    input.InstanceMaintenancePolicy === undefined ? undefined : checkPolicy(input.InstanceMaintenancePolicy);
  return {
    ...(input.HealthCheckType === undefined
      ? {}
      : { healthCheckType: types.includes('ELB') ? 'ELB' : 'EC2' }),
    ...(input.HealthCheckGracePeriod === undefined ? {} : { graceSeconds: input.HealthCheckGracePeriod }),
    ...(input.DefaultCooldown === undefined ? {} : { cooldownSeconds: input.DefaultCooldown }),
    ...(input.DefaultInstanceWarmup === undefined ? {} : { warmupSeconds: input.DefaultInstanceWarmup }),
    ...(input.NewInstancesProtectedFromScaleIn === undefined
      ? {}
      : { protectNew: input.NewInstancesProtectedFromScaleIn }),
    ...(policy === undefined ? {} : { maintenancePolicy: policy }),
  };
};
