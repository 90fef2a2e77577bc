import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { Rollout } from '../model.ts';
import { readMachineGroups } from './machine-group.ts';

/**
 * Gives green the capacity that somebody gave blue after green's machines were counted for the last step. They come while
 * green serves already: blue's had no share of the traffic any more.
 */
export const keepCapacity = async (
  { green, blue }: Pick<Rollout, 'green' | 'blue'>,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  if (blue === undefined) return;
  const groups = await readMachineGroups([green.groupName, blue.groupName], autoScaling);
  const wanted = groups.get(blue.groupName)?.DesiredCapacity ?? 0;
  const { DesiredCapacity: desired = wanted, MaxSize: max = wanted } = groups.get(green.groupName) ?? {};
  if (desired >= wanted) return;
  await autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: green.groupName,
      DesiredCapacity: wanted,
      MaxSize: Math.max(max, wanted),
    }),
  );
};
