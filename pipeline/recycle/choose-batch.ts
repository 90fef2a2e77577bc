import { shareBatch } from './batch-shares.ts';
import type { DueMachine } from './due-machines.ts';
import type { FleetMachine } from './fleet.ts';

/**
 * Chooses which of a group's due machines (the longest due first) are replaced now, at most `limit`: the one that has been due
 * longest, and of every zone as many as `shareBatch` gives it, the longest due first. Each is replaced in its own zone: the
 * group is balanced afterwards as it was before.
 */
export const chooseBatch = (
  ready: readonly DueMachine[],
  machines: readonly Pick<FleetMachine, 'zone'>[],
  limit: number,
): readonly DueMachine[] => {
  const [longest] = ready;
  if (longest === undefined) return [];
  const due = new Map(machines.map(({ zone }) => [zone, 0]));
  for (const { zone } of ready) due.set(zone, (due.get(zone) ?? 0) + 1);
  // Where zones are equal the order counts, which must not be that of a list.
  const zones = [...due.keys()].toSorted();
  const counts = zones.map((zone) => due.get(zone) ?? 0);
  const shares = shareBatch(counts, limit, zones.indexOf(longest.zone));
  const left = new Map(zones.map((zone, index) => [zone, shares[index] ?? 0]));
  return ready.filter(({ zone }) => {
    const open = left.get(zone) ?? 0;
    left.set(zone, open - 1);
    return open > 0;
  });
};

/**
 * Of each zone that the batch has no machine of, the one that has been due longest: whose turn it is if the batch's zones have
 * no room.
 */
export const chooseOthers = (
  ready: readonly DueMachine[],
  batch: readonly DueMachine[],
): readonly DueMachine[] => {
  const zones = new Set(batch.map(({ zone }) => zone));
  return ready.filter(({ zone }) => {
    const isNew = !zones.has(zone);
    zones.add(zone);
    return isNew;
  });
};
