import {
  AutoScalingServiceException,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CreateTagsCommand, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EndReason } from '../machine/ended-machine.ts';
import type { InstanceInZone } from '../model.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { TAG } from '../tags.ts';
import { stillThere } from './check-recyclable.ts';

export interface EndMachinesDeps {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
}

/** For the black box, which is read when they are gone. */
const tagEnding = async (ids: string[], reason: EndReason, ec2: EC2Client): Promise<void> => {
  try {
    await ec2.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: TAG.ending, Value: reason }] }));
  } catch (error) {
    // One of them has ended by itself.
    const gone = error instanceof EC2ServiceException && error.name.startsWith('InvalidInstanceID');
    if (!gone) throw error;
  }
};

/** Which machines end, and how. */
export interface EndingMachines {
  readonly groupName: string;
  readonly machines: readonly InstanceInZone[];
  readonly reason: EndReason;
  /** Lowers the group's capacity by as many; otherwise the group must have too many for its capacity. */
  readonly decrement: boolean;
}

/**
 * Takes machines out of a group, at most a hundred in one call: Auto Scaling takes them out
 * of the balancer, lets them finish their requests and ends them. Ones that have gone meanwhile are left out.
 */
export const endMachines = async (
  { groupName, machines, reason, decrement }: EndingMachines,
  { autoScaling, ec2 }: EndMachinesDeps,
): Promise<void> => {
  let left = machines;
  for (;;) {
    const InstanceIds = left.map(({ instanceId }) => instanceId);
    if (InstanceIds.length === 0) return;
    await tagEnding(InstanceIds, reason, ec2);
    try {
      await autoScaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          AutoScalingGroupName: groupName,
          InstanceIds,
          ShouldDecrementDesiredCapacity: decrement,
        }),
      );
      return;
    } catch (error) {
      const refused = error instanceof AutoScalingServiceException && error.name === 'ValidationError';
      if (!refused) throw error;
      const group = await readMachineGroup(groupName, autoScaling);
      const there = group === undefined ? [] : stillThere(left, group);
      // Refused for another reason than that some are gone.
      if (there.length === left.length) throw error;
      left = there;
    }
  }
};
