import type {
  CreateAutoScalingGroupCommandInput,
  DeleteAutoScalingGroupCommandInput,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingGroupsCommandOutput,
  SetDesiredCapacityCommandInput,
  UpdateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { alreadyExists, deletionInProgress, groupInUse, unsupported, validationError } from './errors.ts';
import { checkSubnets, checkTargetGroups } from './group-network.ts';
import { checkSettings, checkSizes, checkTags, refuseUnsupported } from './group-settings.ts';
import { checkTemplate } from './launch-template.ts';
import { pageByName } from './pages.ts';
import { presentGroup } from './present.ts';
import type { GroupRecord } from './records.ts';
import { findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

type Nothing = Record<string, never>;

const checkName = (name: string | undefined): string => {
  if (name === undefined || name === '' || name.length > 255 || /[:/]/.test(name))
    throw validationError(
      `AutoScalingGroupName '${name ?? ''}' must have 1 to 255 characters, none of them ':' or '/'`,
    );
  return name;
};

/** Creates a group; its machines are launched by the reconciler. */
export const createAutoScalingGroup = async (
  scope: AutoScalingScope,
  input: CreateAutoScalingGroupCommandInput,
): Promise<Nothing> => {
  const { context, records } = scope;
  const name = checkName(input.AutoScalingGroupName);
  refuseUnsupported(input);
  if (records.groups.get(name) !== undefined) throw alreadyExists(name);
  if (input.LaunchTemplate === undefined)
    throw validationError('Valid requests must contain a LaunchTemplate');
  const group: GroupRecord = {
    name,
    arn: `arn:aws:autoscaling:${context.region}:${context.accountId}:autoScalingGroup:${context.random.uuid()}:autoScalingGroupName/${name}`,
    createdAt: context.clock.now(),
    ...checkSizes(input),
    healthCheckType: 'EC2',
    graceSeconds: 0,
    cooldownSeconds: 300,
    protectNew: false,
    ...checkSettings(input),
    tags: checkTags(input.Tags),
    suspended: [],
    template: await checkTemplate(scope, input.LaunchTemplate),
    subnets: await checkSubnets(scope, input.VPCZoneIdentifier),
    targetGroupArns: await checkTargetGroups(scope, input.TargetGroupARNs),
  };
  // Another call may have taken the name while this one waited.
  if (records.groups.get(name) !== undefined) throw alreadyExists(name);
  records.groups.put(name, group);
  scope.kick(name);
  return {};
};

/** Whoever sets the desired capacity means all instances (see `AutoScalingOptions`). */
const countAll = ({ records }: AutoScalingScope, name: string): void => {
  for (const instance of records.instances(name).filter(({ uncounted }) => uncounted === true)) {
    const { uncounted: _, ...counted } = instance;
    records.putInstance(counted);
  }
};

/** Changes settings of a group; running instances stay as they are. */
export const updateAutoScalingGroup = async (
  scope: AutoScalingScope,
  input: UpdateAutoScalingGroupCommandInput,
): Promise<Nothing> => {
  const { records } = scope;
  const before = findGroup(scope, input.AutoScalingGroupName);
  if (before.deleting === true) throw deletionInProgress(before.name);
  refuseUnsupported(input);
  const settings = checkSettings(input);
  const template =
    input.LaunchTemplate === undefined ? {} : { template: await checkTemplate(scope, input.LaunchTemplate) };
  const subnets =
    input.VPCZoneIdentifier === undefined
      ? {}
      : { subnets: await checkSubnets(scope, input.VPCZoneIdentifier) };
  const current = findGroup(scope, input.AutoScalingGroupName);
  // New settings may well cure what made launches fail: try again at once.
  const { backOff: _, ...kept } = current;
  const sizes = checkSizes(input, current);
  scope.context.store.transaction(() => {
    records.groups.put(current.name, { ...kept, ...settings, ...template, ...subnets, ...sizes });
    if (input.DesiredCapacity !== undefined) countAll(scope, current.name);
  });
  scope.kick(current.name);
  return {};
};

/** Sets how many instances the group should have. */
export const setDesiredCapacity = (
  scope: AutoScalingScope,
  input: SetDesiredCapacityCommandInput,
): Nothing => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  if (group.deleting === true) throw deletionInProgress(group.name);
  const desired = input.DesiredCapacity ?? 0;
  if (desired > group.maxSize)
    throw validationError(
      `New SetDesiredCapacity value ${desired} is above max value ${group.maxSize} for the AutoScalingGroup.`,
    );
  if (desired < group.minSize)
    throw validationError(
      `New SetDesiredCapacity value ${desired} is below min value ${group.minSize} for the AutoScalingGroup.`,
    );
  scope.context.store.transaction(() => {
    scope.records.changeGroup(group.name, { desired });
    countAll(scope, group.name);
  });
  scope.kick(group.name);
  return {};
};

/** Deletes a group; with `ForceDelete` its instances drain and end first, and the group shows until then. */
export const deleteAutoScalingGroup = (
  scope: AutoScalingScope,
  input: DeleteAutoScalingGroupCommandInput,
): Nothing => {
  const { records } = scope;
  const group = findGroup(scope, input.AutoScalingGroupName);
  const hasInstances = records.instances(group.name).length > 0;
  if (hasInstances && input.ForceDelete !== true) throw groupInUse();
  if (hasInstances) {
    records.changeGroup(group.name, { deleting: true, minSize: 0, desired: 0 });
    scope.kick(group.name);
  } else records.groups.delete(group.name);
  return {};
};

type GroupFilter = NonNullable<DescribeAutoScalingGroupsCommandInput['Filters']>[number];

const passes = (group: GroupRecord, { Name = '', Values = [] }: GroupFilter): boolean => {
  if (Name === 'tag-key') return group.tags.some(({ key }) => Values.includes(key));
  if (Name === 'tag-value') return group.tags.some(({ value }) => Values.includes(value));
  if (Name.startsWith('tag:'))
    return group.tags.some(({ key, value }) => key === Name.slice(4) && Values.includes(value));
  throw unsupported(`Filters ${Name}`);
};

/** Lists groups by name, by tag, or all. */
export const describeAutoScalingGroups = (
  { records }: AutoScalingScope,
  input: DescribeAutoScalingGroupsCommandInput,
): Omit<DescribeAutoScalingGroupsCommandOutput, '$metadata'> => {
  const names = input.AutoScalingGroupNames ?? [];
  const wanted = records.groups
    .list()
    .filter(
      (group) =>
        (names.length === 0 || names.includes(group.name)) &&
        (input.Filters ?? []).every((filter) => passes(group, filter)),
    );
  const { items, ...page } = pageByName(wanted, input);
  return {
    AutoScalingGroups: items.map((group) =>
      presentGroup(group, input.IncludeInstances === false ? [] : records.instances(group.name)),
    ),
    ...page,
  };
};
