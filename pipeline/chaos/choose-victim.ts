import type { InstanceInZone } from '../model.ts';
import { draw } from './draw.ts';

/** One of the machines, each with the same chance; undefined when there is none. Their order does not matter. */
export const chooseVictim = (
  seed: string,
  killId: string,
  machines: readonly InstanceInZone[],
): InstanceInZone | undefined => {
  const sorted = machines.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  return sorted[Math.floor(draw(seed, 'victim', killId) * sorted.length)];
};

/**
 * The machines that a kill takes: one, or in a drill all of a zone.
 * @param zone a zone's name or its last letters; absent: any
 */
export const chooseVictims = (
  seed: string,
  killId: string,
  machines: readonly InstanceInZone[],
  { zone, machines: wanted = 'one' }: { readonly zone?: string; readonly machines?: 'one' | 'zone' },
): readonly InstanceInZone[] => {
  const found = zone === undefined ? machines : machines.filter((machine) => machine.zone.endsWith(zone));
  const victim = chooseVictim(seed, killId, found);
  if (victim === undefined) return [];
  return wanted === 'one' ? [victim] : found.filter((machine) => machine.zone === victim.zone);
};
