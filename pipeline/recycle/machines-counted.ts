import type { FleetGroup } from './fleet.ts';

/**
 * Of how many machines of the group shares are taken: one that somebody put aside serves nobody, and Auto Scaling does not
 * count it as capacity either; a replacement that is under way is no more capacity than was asked for.
 */
export const machinesCounted = ({ desired, machines }: Pick<FleetGroup, 'desired' | 'machines'>): number => {
  let counted = 0;
  for (const { state } of machines) if (!state.endsWith('Standby')) counted += 1;
  return Math.min(desired, counted);
};
