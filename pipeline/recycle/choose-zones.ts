import type { InstanceInZone } from '../model.ts';

/** Machines by zone. */
export type ZoneCounts = ReadonlyMap<string, number>;

/** How many of the machines are in each of the zones, also in one that has none. */
export const countByZone = (
  machines: readonly Pick<InstanceInZone, 'zone'>[],
  zones: readonly string[] = [],
): Map<string, number> => {
  const counts = new Map(zones.map((zone) => [zone, 0]));
  for (const { zone } of machines) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return counts;
};

/**
 * The zone that takes a machine which its own zone has no room for: the emptiest, unless the zones would then differ by more
 * than one machine. `after` is what each zone has once the batch is done.
 */
export const otherZone = (after: ZoneCounts, full: ReadonlySet<string>): string | undefined => {
  const least = Math.min(...after.values());
  const open = [...after].filter(([zone, count]) => !full.has(zone) && count <= least);
  return open.toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))[0]?.[0];
};
