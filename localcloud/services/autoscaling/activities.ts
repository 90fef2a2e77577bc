import type {
  DescribeScalingActivitiesCommandInput,
  DescribeScalingActivitiesCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { pageOf } from './pages.ts';
import { presentActivity } from './present.ts';
import type { ActivityRecord, GroupRecord, InstanceRecord, SubnetRecord } from './records.ts';
import { findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

// AWS keeps six weeks; a laptop's groups are looked at for less.
const KEPT_PER_GROUP = 1_000;

type Beginning = Pick<ActivityRecord, 'description' | 'cause'> & { readonly subnet: SubnetRecord };

/** Begins an activity and answers its id. */
export const beginActivity = (
  { context, records }: AutoScalingScope,
  group: GroupRecord,
  beginning: Beginning,
): string => {
  const id = context.random.uuid();
  const startedAt = context.clock.now();
  const stamp = new Date(startedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  records.activities.put(id, {
    ...beginning,
    cause: `At ${stamp} ${beginning.cause}`,
    id,
    group: group.name,
    groupArn: group.arn,
    startedAt,
    status: 'InProgress',
  });
  return id;
};

/** Changes an activity, for example its status. */
export const changeActivity = (
  { records }: AutoScalingScope,
  id: string | undefined,
  changes: Partial<ActivityRecord>,
): void => {
  const activity = records.activities.get(id ?? '');
  if (activity !== undefined) records.activities.put(activity.id, { ...activity, ...changes });
};

/** Ends an activity and announces the result on the event bus, both or neither. */
export const endActivity = (
  scope: AutoScalingScope,
  kind: 'Launch' | 'Terminate',
  instance: Pick<InstanceRecord, 'id' | 'subnet'> & { readonly activity: string | undefined },
  status: 'Successful' | 'Failed',
  message?: string,
): void => {
  const { context, records } = scope;
  const activity = records.activities.get(instance.activity ?? '');
  if (activity === undefined) return;
  const ended: ActivityRecord = {
    ...activity,
    status,
    endedAt: context.clock.now(),
    ...(message === undefined ? {} : { message }),
  };
  context.store.transaction(() => {
    records.activities.put(ended.id, ended);
    context.backplane.publish({
      source: 'aws.autoscaling',
      'detail-type': `EC2 Instance ${kind} ${status === 'Successful' ? 'Successful' : 'Unsuccessful'}`,
      resources: [
        ended.groupArn,
        ...(instance.id === undefined
          ? []
          : [`arn:aws:ec2:${context.region}:${context.accountId}:instance/${instance.id}`]),
      ],
      detail: {
        StatusCode: status === 'Successful' ? 'InProgress' : 'Failed',
        Description: ended.description,
        AutoScalingGroupName: ended.group,
        ActivityId: ended.id,
        RequestId: ended.id,
        Details: { 'Availability Zone': ended.subnet.zone, 'Subnet ID': ended.subnet.id },
        StatusMessage: message ?? '',
        StartTime: new Date(ended.startedAt).toISOString(),
        EndTime: new Date(ended.endedAt ?? ended.startedAt).toISOString(),
        EC2InstanceId: instance.id ?? '',
        Cause: ended.cause,
      },
    });
  });
};

const newestFirst = (left: ActivityRecord, right: ActivityRecord): number => right.startedAt - left.startedAt;

/** Forgets the oldest activities of a group. */
export const trimActivities = ({ records }: AutoScalingScope, group: string): void => {
  const old = records.activities
    .list()
    .filter((activity) => activity.group === group && activity.endedAt !== undefined)
    .toSorted(newestFirst)
    .slice(KEPT_PER_GROUP);
  for (const { id } of old) records.activities.delete(id);
};

/** Lists activities, newest first. */
export const describeScalingActivities = (
  scope: AutoScalingScope,
  input: DescribeScalingActivitiesCommandInput,
): Omit<DescribeScalingActivitiesCommandOutput, '$metadata'> => {
  const { AutoScalingGroupName: name, ActivityIds: ids = [], IncludeDeletedGroups = false } = input;
  if (name !== undefined && !IncludeDeletedGroups) findGroup(scope, name);
  // A group of the same name that came later is another one: the ARN tells them apart.
  const living = new Set(scope.records.groups.list().map(({ arn }) => arn));
  const wanted = scope.records.activities
    .list()
    .filter(
      ({ id, group, groupArn }) =>
        (name === undefined || group === name) &&
        (ids.length === 0 || ids.includes(id)) &&
        (IncludeDeletedGroups || living.has(groupArn)),
    )
    .toSorted(newestFirst);
  const { items, ...page } = pageOf(wanted, { MaxRecords: 100, ...input });
  return { Activities: items.map(presentActivity), ...page };
};
