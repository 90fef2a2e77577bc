import {
  AutoScalingServiceException,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
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

const isLowered = (
  group: AutoScalingGroup | undefined,
  lowerFrom: number | undefined,
  machines: number,
): boolean => lowerFrom !== undefined && (group?.DesiredCapacity ?? lowerFrom) <= lowerFrom - machines;

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
  /**
   * The group's desired capacity, which is lowered by as many; undefined: it stays, and the group must have too many machines for
   * it.
   */
  readonly lowerFrom: number | undefined;
}

/**
 * Takes machines out of a group, at most a hundred in one call: Auto Scaling takes them out
 * of the balancer, lets them finish their requests and ends them. Ones that have gone meanwhile are left out.
 * @returns those that end by this; for the others the capacity was not lowered
 */
export const endMachines = async (
  { groupName, machines, reason, lowerFrom }: EndingMachines,
  { autoScaling, ec2 }: EndMachinesDeps,
): Promise<readonly InstanceInZone[]> => {
  let left = machines;
  for (;;) {
    const InstanceIds = left.map(({ instanceId }) => instanceId);
    if (InstanceIds.length === 0) return left;
    await tagEnding(InstanceIds, reason, ec2);
    try {
      await autoScaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          AutoScalingGroupName: groupName,
          InstanceIds,
          ShouldDecrementDesiredCapacity: lowerFrom !== undefined,
        }),
      );
      return left;
    } catch (error) {
      const refused = error instanceof AutoScalingServiceException && error.name === 'ValidationError';
      if (!refused) throw error;
      const group = await readMachineGroup(groupName, autoScaling);
      const there = group === undefined ? [] : stillThere(left, group);
      // The answer to the same call was lost, after which the SDK repeated it.
      if (isLowered(group, lowerFrom, left.length)) return left;
      // Refused for another reason than that some are gone.
      if (there.length === left.length) throw error;
      left = there;
    }
  }
};
