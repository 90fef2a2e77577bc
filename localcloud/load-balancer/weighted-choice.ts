/** Something that takes a share of the requests in proportion to its weight (0..999). */
export interface Weighted {
  readonly weight: number;
}

/**
 * Smooth weighted round-robin: over any run as long as the sum of the weights each entry is chosen exactly `weight`
 * times, evenly spread. Answers undefined when every weight is 0.
 */
export const weightedChoice = <T extends Weighted>(entries: readonly T[]): (() => T | undefined) => {
  const total = entries.reduce((sum, entry) => sum + entry.weight, 0);
  const credit = entries.map(() => 0);
  if (total === 0) return () => undefined;
  return () => {
    let best = 0;
    for (const [index, entry] of entries.entries()) {
      credit[index] = (credit[index] ?? 0) + entry.weight;
      if ((credit[index] ?? 0) > (credit[best] ?? 0)) best = index;
    }
    credit[best] = (credit[best] ?? 0) - total;
    return entries[best];
  };
};
