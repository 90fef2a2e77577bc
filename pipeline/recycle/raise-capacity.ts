import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { Replacement } from '../model.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';

/**
 * Raises the desired capacity where a launch did not: AWS's documentation implies that it does without saying so. Under
 * either reading the group afterwards wants the machines that it has.
 * @returns true where the launch did it, so that this need not be asked again after the next one
 */
export const raiseCapacity = async (
  { groupName, capacity }: Pick<Replacement, 'groupName' | 'capacity'>,
  launched: number,
  autoScaling: AutoScalingClient,
): Promise<boolean> => {
  const group = await readMachineGroup(groupName, autoScaling);
  // Anything else was somebody else's change in between, or the launch's own.
  if (group?.DesiredCapacity !== capacity) return group?.DesiredCapacity === capacity + launched;
  await autoScaling.send(
    new SetDesiredCapacityCommand({
      AutoScalingGroupName: groupName,
      DesiredCapacity: capacity + launched,
      HonorCooldown: false,
    }),
  );
  return false;
};
