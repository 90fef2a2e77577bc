import type {
  DescribeAutoScalingInstancesCommandInput,
  DescribeAutoScalingInstancesCommandOutput,
  SetInstanceHealthCommandInput,
  SetInstanceProtectionCommandInput,
  TerminateInstanceInAutoScalingGroupCommandInput,
  TerminateInstanceInAutoScalingGroupCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { validationError } from './errors.ts';
import { pageOf } from './pages.ts';
import { presentActivity, presentInstanceDetails } from './present.ts';
import { findGroup, findInstance } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';
import { beginTermination } from './terminate-instances.ts';

type Nothing = Record<string, never>;

/** Lists managed instances: all, or those of the ids; unknown ids are left out. */
export const describeAutoScalingInstances = (
  { records }: AutoScalingScope,
  input: DescribeAutoScalingInstancesCommandInput,
): Omit<DescribeAutoScalingInstancesCommandOutput, '$metadata'> => {
  const ids = input.InstanceIds ?? [];
  const wanted = records
    .instances()
    .filter(({ id }) => id !== undefined && (ids.length === 0 || ids.includes(id)));
  const { items, ...page } = pageOf(wanted, input);
  return { AutoScalingInstances: items.map(presentInstanceDetails), ...page };
};

// API reference, TerminateInstanceInAutoScalingGroup: up to 100 ids, and these need the group's name.
const MOST_IDS = 100;

const checkIds = (input: TerminateInstanceInAutoScalingGroupCommandInput): readonly string[] => {
  const { InstanceId: id, InstanceIds: ids, AutoScalingGroupName: name } = input;
  if ((id === undefined) === (ids === undefined))
    throw validationError('Valid requests must contain either InstanceId or InstanceIds');
  if (ids === undefined) return [id ?? ''];
  if (name === undefined) throw validationError('InstanceIds requires AutoScalingGroupName');
  if (ids.length === 0 || ids.length > MOST_IDS)
    throw validationError(`InstanceIds must have 1 to ${MOST_IDS} items, got ${ids.length}`);
  return [...new Set(ids)];
};

/** Terminates instances after draining them; the group replaces them unless the desired capacity goes down with them. */
export const terminateInstanceInAutoScalingGroup = (
  scope: AutoScalingScope,
  input: TerminateInstanceInAutoScalingGroupCommandInput,
): Omit<TerminateInstanceInAutoScalingGroupCommandOutput, '$metadata'> => {
  const { context, records } = scope;
  const ids = checkIds(input);
  const instances = ids.map((id) => findInstance(scope, id, input.AutoScalingGroupName));
  const activities = context.store.transaction(() =>
    instances.flatMap((instance) => {
      if (instance.terminateActivity !== undefined) return [instance.terminateActivity];
      const group = findGroup(scope, instance.group);
      const shrink = input.ShouldDecrementDesiredCapacity === true && instance.state !== 'Standby';
      if (shrink && group.desired <= group.minSize)
        throw validationError(
          `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        );
      if (shrink) records.changeGroup(group.name, { desired: group.desired - 1 });
      const change = shrink ? `, shrinking the capacity from ${group.desired} to ${group.desired - 1}` : '';
      return [beginTermination(scope, group, instance, `a user request${change}.`)];
    }),
  );
  for (const name of new Set(instances.map(({ group }) => group))) scope.kick(name);
  const presented = activities.flatMap((id) => {
    const activity = records.activities.get(id);
    return activity === undefined ? [] : [presentActivity(activity)];
  });
  const [first] = presented;
  if (input.InstanceIds !== undefined) return { Activities: presented };
  return first === undefined ? {} : { Activity: first };
};

/** Sets an instance's health by hand; `Unhealthy` gets it replaced. */
export const setInstanceHealth = (scope: AutoScalingScope, input: SetInstanceHealthCommandInput): Nothing => {
  const instance = findInstance(scope, input.InstanceId);
  const group = findGroup(scope, instance.group);
  if (input.HealthStatus !== 'Healthy' && input.HealthStatus !== 'Unhealthy')
    throw validationError(`HealthStatus '${input.HealthStatus}' must be 'Healthy' or 'Unhealthy'`);
  const graceEnds = (instance.inServiceAt ?? scope.context.clock.now()) + group.graceSeconds * 1_000;
  const respected = input.ShouldRespectGracePeriod !== false && scope.context.clock.now() < graceEnds;
  if (input.HealthStatus === 'Unhealthy' && respected) return {};
  const { replacing: _, failedCheck: __, ...rest } = instance;
  scope.records.putInstance(
    input.HealthStatus === 'Healthy' ? { ...rest, healthy: true } : { ...instance, healthy: false },
  );
  scope.kick(group.name);
  return {};
};

/** Protects instances from scale-in, or no longer. */
export const setInstanceProtection = (
  scope: AutoScalingScope,
  input: SetInstanceProtectionCommandInput,
): Nothing => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  const instances = (input.InstanceIds ?? []).map((id) => findInstance(scope, id, group.name));
  scope.context.store.transaction(() => {
    for (const instance of instances)
      scope.records.changeInstance(instance, { protected: input.ProtectedFromScaleIn === true });
  });
  return {};
};
