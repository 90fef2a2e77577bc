import type { DeliveryFault } from './fault-plan.ts';
import type { Faults } from './faults.ts';

/**
 * When a delivery is made, in milliseconds from now, once for each time that it is made: `[0]` without faults, empty when
 * it is forgotten.
 */
export const deliveryTimes = (
  faults: readonly DeliveryFault[],
  chance: Faults['chance'],
): readonly number[] => {
  let times: readonly number[] = [0];
  for (const { duplicate, delayMs, reorderMs, drop } of faults) {
    if (drop === true) times = [];
    if (duplicate !== undefined) times = Array.from({ length: duplicate }, () => times).flat();
    if (delayMs !== undefined) times = times.map((time) => time + delayMs);
    if (reorderMs !== undefined) times = times.map((time) => time + Math.floor(chance() * reorderMs));
  }
  return times;
};
