import type { DueMachine } from './due-machines.ts';
import type { FleetMachine } from './fleet.ts';

interface Zone {
  /** Machines while the batch is under way: the old ones and their replacements. */
  count: number;
  /** Those that are due, the longest first; `next` is the first that is not chosen. */
  readonly due: DueMachine[];
  next: number;
}

/**
 * Chooses which of a group's due machines (the longest due first) are replaced now, at most `limit`. Each is replaced in
 * its own zone, so the group is balanced afterwards as it was before; while the batch is under way no zone that it grows
 * is more than one machine ahead of the smallest, or of where it was in a group that is out of balance anyway. The first
 * one is always chosen: one at a time is always possible.
 */
export const chooseBatch = (
  ready: readonly DueMachine[],
  machines: readonly Pick<FleetMachine, 'zone'>[],
  limit: number,
): readonly DueMachine[] => {
  const zones = zonesOf(machines, ready);
  const chosen: DueMachine[] = [];
  while (chosen.length < limit) {
    const zone = longestDueZone(zones, chosen.length === 0);
    const machine = zone?.due[zone.next];
    if (zone === undefined || machine === undefined) break;
    chosen.push(machine);
    zone.count += 1;
    zone.next += 1;
  }
  return chosen;
};

function zonesOf(
  machines: readonly Pick<FleetMachine, 'zone'>[],
  ready: readonly DueMachine[],
): readonly Zone[] {
  const zones = new Map<string, Zone>();
  const zoneNamed = (name: string): Zone => {
    const known = zones.get(name) ?? { count: 0, due: [], next: 0 };
    zones.set(name, known);
    return known;
  };
  for (const { zone } of machines) zoneNamed(zone).count += 1;
  const counts = [...zones.values()].map(({ count }) => count);
  // A full zone would otherwise wait for the empty ones, which its own replacements never fill.
  if (Math.max(...counts) - Math.min(...counts) > 1) for (const zone of zones.values()) zone.count = 0;
  for (const machine of ready) zoneNamed(machine.zone).due.push(machine);
  return [...zones.values()];
}

function longestDueZone(zones: readonly Zone[], evenIfAhead: boolean): Zone | undefined {
  const smallest = Math.min(...zones.map(({ count }) => count));
  let best: Zone | undefined;
  for (const zone of zones) {
    if (zone.next >= zone.due.length || (zone.count > smallest && !evenIfAhead)) continue;
    if (best === undefined || dueAtOf(zone) < dueAtOf(best)) best = zone;
  }
  return best;
}

const dueAtOf = ({ due, next }: Zone): number => due[next]?.dueAt ?? Infinity;
