import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EnvironmentRecord, Replacement } from '../model.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { wasRaised } from './raise-mark.ts';

/**
 * Raises the desired capacity where a launch did not: AWS's documentation implies that it does without saying so. Under
 * either reading the group afterwards wants the machines that it has. `record` is the app's as it was before the launch.
 * @returns whether launches raise it, as far as is known now
 */
export const raiseCapacity = async (
  intent: Replacement,
  launched: number,
  record: Pick<EnvironmentRecord, 'launchRaises' | 'replacement'>,
  autoScaling: AutoScalingClient,
): Promise<boolean | undefined> => {
  const { launchRaises, replacement } = record;
  if (launchRaises === true) return true;
  const { groupName, capacity, mark } = intent;
  const group = await readMachineGroup(groupName, autoScaling);
  // Whoever tried before has raised it.
  if (group === undefined || wasRaised(intent, group, record) === true) return launchRaises;
  const { DesiredCapacity: desired = 0, MaxSize = 0 } = group;
  const isNew = replacement === undefined;
  if (isNew && desired === capacity + launched) return true;
  // Somebody else's change, or the raise of a launch that was tried before: nobody can tell.
  if (launchRaises === undefined && desired !== capacity) return undefined;
  await autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: groupName,
      DesiredCapacity: Math.min(desired + launched, MaxSize),
      DefaultCooldown: mark,
    }),
  );
  return isNew ? false : launchRaises;
};
