import type { Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import { beginActivity, changeActivity, endActivity } from './activities.ts';
import type { GroupRecord, InstanceRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';
import { deregisterInstance, targetStates } from './target-registration.ts';

/** Why an instance leaves, as the activity's cause says it; undefined size when the capacity stays. */
export const beginTermination = (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
  cause: string,
): string => {
  const { context, records } = scope;
  return context.store.transaction(() => {
    const terminateActivity = beginActivity(scope, group, {
      description: `Terminating EC2 instance: ${instance.id}`,
      cause: `an instance was taken out of service in response to ${cause}`,
      subnet: instance.subnet,
    });
    records.changeInstance(instance, { state: 'Terminating', terminateActivity });
    return terminateActivity;
  });
};

const finish = (scope: AutoScalingScope, instance: InstanceRecord): void => {
  scope.context.store.transaction(() => {
    scope.records.removeInstance(instance);
    endActivity(scope, 'Terminate', { ...instance, activity: instance.terminateActivity }, 'Successful');
  });
};

const hasDrained = async (scope: AutoScalingScope, instance: InstanceRecord): Promise<boolean> => {
  for (const arn of instance.drainingIn ?? []) {
    const states = await targetStates(scope, arn);
    if (states.get(instance.id ?? '') === 'draining') return false;
  }
  return true;
};

// A new id may be invisible to Describe for a while (EC2 is eventually consistent); after this it is gone.
const INVISIBLE_MILLISECONDS = 60_000;

/** Is an instance that EC2 does not show really gone? */
export const isGone = ({ context }: AutoScalingScope, instance: InstanceRecord): boolean =>
  instance.terminated === true || context.clock.now() - instance.launchedAt > INVISIBLE_MILLISECONDS;

const takeStep = async (
  scope: AutoScalingScope,
  instance: InstanceRecord,
  seen: Ec2Instance | undefined,
): Promise<void> => {
  const { context, records } = scope;
  const state = seen?.State?.Name;
  let current = instance;
  if (current.drainingIn === undefined) {
    await deregisterInstance(scope, current, current.registeredIn);
    current =
      records.changeInstance(current, { drainingIn: current.registeredIn, registeredIn: [] }) ?? current;
    if ((current.drainingIn ?? []).length > 0)
      changeActivity(scope, current.terminateActivity, { status: 'WaitingForELBConnectionDraining' });
  }
  if (state === 'terminated' || (state === undefined && isGone(scope, current))) {
    finish(scope, current);
    return;
  }
  if (current.terminated === true) return;
  if ((state === 'running' || state === 'pending') && !(await hasDrained(scope, current))) return;
  changeActivity(scope, current.terminateActivity, { status: 'InProgress' });
  await context.peers.ec2.TerminateInstances({ InstanceIds: [current.id ?? ''] }, asAutoScaling(scope));
  records.changeInstance(current, { terminated: true });
};

/**
 * Takes a terminating instance one step further: deregister, wait until it has drained everywhere (not for an instance that
 * is dead), terminate, and forget it when EC2 has ended it. A step that fails is tried again at the next tick.
 */
export const continueTermination = async (
  scope: AutoScalingScope,
  instance: InstanceRecord,
  seen: Ec2Instance | undefined,
): Promise<void> => {
  try {
    await takeStep(scope, instance, seen);
  } catch (error) {
    scope.context.log('warn', 'terminating an instance failed', {
      instance: instance.id,
      error: String(error),
    });
  }
};
