import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EnvironmentRecord } from '../model.ts';
import { readMachineGroups } from '../rollout/machine-group.ts';

/** How many machines the apps are meant to have together: what the disruption budget is a share of. */
export const countMachines = async (
  records: readonly EnvironmentRecord[],
  autoScaling: AutoScalingClient,
): Promise<number> => {
  const names = records.flatMap(({ current }) => (current === undefined ? [] : [current.groupName]));
  const groups = await readMachineGroups(names, autoScaling);
  return [...groups.values()].reduce((sum, { DesiredCapacity = 0 }) => sum + DesiredCapacity, 0);
};
