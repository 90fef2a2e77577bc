import type { FleetGroup } from './fleet.ts';

/**
 * The fleet with every group and every machine in it once, the first that was listed: pages that are read while the fleet
 * changes repeat things.
 */
export const distinctFleet = (fleet: readonly FleetGroup[]): readonly FleetGroup[] => {
  const groups = new Map<string, FleetGroup>();
  for (const group of fleet)
    if (!groups.has(group.groupName)) groups.set(group.groupName, withDistinctMachines(group));
  return [...groups.values()];
};

function withDistinctMachines(group: FleetGroup): FleetGroup {
  const seen = new Set<string>();
  for (const { instanceId } of group.machines) seen.add(instanceId);
  if (seen.size === group.machines.length) return group;
  return { ...group, machines: group.machines.filter(({ instanceId }) => seen.delete(instanceId)) };
}
