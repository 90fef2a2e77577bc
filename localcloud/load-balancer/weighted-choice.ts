/** Something that takes a share of the requests in proportion to its weight (0..999). */
export interface Weighted {
  readonly weight: number;
}

/**
 * Smooth weighted round-robin: over any run as long as the sum of the weights each entry is chosen exactly `weight`
 * times, evenly spread. Answers undefined when every weight is 0. `fraction`, from [0, 1), says where in the run to begin.
 */
export const weightedChoice = <T extends Weighted>(
  entries: readonly T[],
  fraction = 0,
): (() => T | undefined) => {
  const total = entries.reduce((sum, entry) => sum + entry.weight, 0);
  const credit = entries.map(() => 0);
  if (total === 0) return () => undefined;
  const choose = (): T | undefined => {
    let best = 0;
    for (const [index, entry] of entries.entries()) {
      credit[index] = (credit[index] ?? 0) + entry.weight;
      if ((credit[index] ?? 0) > (credit[best] ?? 0)) best = index;
    }
    credit[best] = (credit[best] ?? 0) - total;
    return entries[best];
  };
  // Rules that are changed again and again would else begin every time with the largest weight.
  for (let passed = Math.floor(fraction * total); passed > 0; passed -= 1) choose();
  return choose;
};
