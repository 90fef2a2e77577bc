import { AutoScalingServiceException, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { readMachineGroup } from '../rollout/machine-group.ts';

/** Bounds of a group and what it is to have between them. */
export interface Capacity {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

/** No machines, whatever happens. */
export const NO_CAPACITY: Capacity = { min: 0, desired: 0, max: 0 };

/** The group's capacity; undefined when it is gone or being removed. */
export const readCapacity = async (
  groupName: string,
  autoScaling: AutoScalingClient,
): Promise<Capacity | undefined> => {
  const group = await readMachineGroup(groupName, autoScaling);
  if (group === undefined || group.Status !== undefined) return undefined;
  return { min: group.MinSize ?? 0, desired: group.DesiredCapacity ?? 0, max: group.MaxSize ?? 0 };
};

/** Gives the group that capacity, if it is there and has another; its machines come and go by themselves. */
export const setCapacity = async (
  groupName: string,
  { min, desired, max }: Capacity,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  const now = await readCapacity(groupName, autoScaling);
  if (now === undefined || (now.min === min && now.desired === desired && now.max === max)) return;
  try {
    await autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: groupName,
        MinSize: min,
        MaxSize: max,
        DesiredCapacity: desired,
      }),
    );
  } catch (error) {
    // Being removed since it was read.
    if (!(error instanceof AutoScalingServiceException && error.name === 'ValidationError')) throw error;
  }
};
