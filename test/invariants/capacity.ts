import type { GroupState, PlaceState, World } from './world.ts';

/** Machines of a group that serve. */
export const healthyOf = (world: World, group: GroupState | undefined): number => {
  let healthy = 0;
  for (const id of group?.machines ?? []) if (world.machines.get(id)?.serving === true) healthy += 1;
  return healthy;
};

/** Groups of an app that get traffic. */
export const groupsWithTraffic = (
  world: World,
  place: PlaceState,
  weights = place.weights,
): readonly GroupState[] =>
  Object.entries(weights).flatMap(([name, weight]) => {
    const group = weight > 0 ? world.groups.get(name) : undefined;
    return group === undefined ? [] : [group];
  });

/** Machines that serve an app's traffic: Σ over groups with weight of their healthy ones. */
export const servingOf = (world: World, place: PlaceState, weights = place.weights): number => {
  let serving = 0;
  for (const group of groupsWithTraffic(world, place, weights)) serving += healthyOf(world, group);
  return serving;
};

/** Machines that must serve it: ⌈D × minHealthy⌉ of the largest group with traffic. */
export const neededOf = (world: World, place: PlaceState): number => {
  const asked = Math.max(0, ...groupsWithTraffic(world, place).map((group) => group.asked));
  return Math.ceil(asked * (world.policies.get(place.environment)?.policy.minHealthy ?? 1));
};
