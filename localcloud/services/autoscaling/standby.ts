import type {
  EnterStandbyCommandInput,
  EnterStandbyCommandOutput,
  ExitStandbyCommandInput,
  ExitStandbyCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { beginActivity, changeActivity } from './activities.ts';
import { validationError } from './errors.ts';
import { presentActivity } from './present.ts';
import type { GroupRecord, InstanceRecord } from './records.ts';
import { findGroup, findInstance } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';
import { deregisterInstance } from './target-registration.ts';

type Activities = Pick<EnterStandbyCommandOutput, 'Activities'>;

const find = (
  scope: AutoScalingScope,
  group: GroupRecord,
  ids: readonly string[],
  state: string,
): InstanceRecord[] =>
  ids.map((id) => {
    const instance = findInstance(scope, id, group.name);
    if (instance.state !== state)
      throw validationError(`The instance ${id} is not in ${state}: it is ${instance.state}`);
    return instance;
  });

const note = (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
  description: string,
): Activities => {
  const id = beginActivity(scope, group, {
    description: `${description}: ${instance.id}`,
    cause: `instance ${instance.id} was moved in response to a user request.`,
    subnet: instance.subnet,
  });
  changeActivity(scope, id, { status: 'Successful', endedAt: scope.context.clock.now() });
  const activity = scope.records.activities.get(id);
  return { Activities: activity === undefined ? [] : [presentActivity(activity)] };
};

/** Takes instances out of service without ending them: they leave their target groups and count no longer. */
export const enterStandby = async (
  scope: AutoScalingScope,
  input: EnterStandbyCommandInput,
): Promise<Omit<EnterStandbyCommandOutput, '$metadata'>> => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  const instances = find(scope, group, input.InstanceIds ?? [], 'InService');
  const shrink = input.ShouldDecrementDesiredCapacity === true ? instances.length : 0;
  if (group.desired - shrink < group.minSize)
    throw validationError(
      `Moving ${shrink} instances to standby would take the desired capacity ${group.desired} below the min size ${group.minSize}`,
    );
  const activities = scope.context.store.transaction(() => {
    scope.records.changeGroup(group.name, { desired: group.desired - shrink });
    return instances.flatMap((instance) => {
      scope.records.changeInstance(instance, { state: 'Standby', registeredIn: [] });
      return note(scope, group, instance, 'Moving EC2 instance to Standby').Activities ?? [];
    });
  });
  for (const instance of instances) await deregisterInstance(scope, instance, instance.registeredIn);
  scope.kick(group.name);
  return { Activities: activities };
};

/** Puts instances back into service; the desired capacity grows by their number. */
export const exitStandby = (
  scope: AutoScalingScope,
  input: ExitStandbyCommandInput,
): Omit<ExitStandbyCommandOutput, '$metadata'> => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  const instances = find(scope, group, input.InstanceIds ?? [], 'Standby');
  const desired = group.desired + instances.length;
  if (desired > group.maxSize)
    throw validationError(
      `Taking ${instances.length} instances out of standby would take the desired capacity ${group.desired} above the max size ${group.maxSize}`,
    );
  const activities = scope.context.store.transaction(() => {
    scope.records.changeGroup(group.name, { desired });
    return instances.flatMap((instance) => {
      scope.records.changeInstance(instance, { state: 'InService', inServiceAt: scope.context.clock.now() });
      return note(scope, group, instance, 'Moving EC2 instance out of Standby').Activities ?? [];
    });
  });
  scope.kick(group.name);
  return { Activities: activities };
};
