import { AutoScalingServiceException, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { readMachineGroup } from '../rollout/machine-group.ts';
import type { EndEvidence } from './end-reason.ts';

/** What a group says of the end of one of its machines. */
export type GroupEnd = Pick<EndEvidence, 'group' | 'cause'>;

const GONE: GroupEnd = { group: 'gone' };

const readCause = async (
  groupName: string,
  instanceId: string,
  autoScaling: AutoScalingClient,
): Promise<string | undefined> => {
  const { Activities = [] } = await autoScaling.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: groupName, MaxRecords: 100 }),
  );
  const own = Activities.find(
    ({ Description = '' }) => Description.startsWith('Terminating') && Description.includes(instanceId),
  );
  return own?.Cause;
};

/** Why Auto Scaling ended the machine, from the group's last hundred activities. */
export const readGroupEnd = async (
  groupName: string | undefined,
  instanceId: string,
  autoScaling: AutoScalingClient,
): Promise<GroupEnd> => {
  if (groupName === undefined) return { group: 'none' };
  const group = await readMachineGroup(groupName, autoScaling);
  // It has a status only while it is being deleted.
  if (group === undefined || group.Status !== undefined) return GONE;
  try {
    return { group: 'there', cause: await readCause(groupName, instanceId, autoScaling) };
  } catch (error) {
    // Deleted since it was read.
    if (error instanceof AutoScalingServiceException && error.name === 'ValidationError') return GONE;
    throw error;
  }
};
