/** How many machines each zone has in a batch, in the order of the zones. */
export type BatchShares = readonly number[];

/**
 * Shares a batch of at most `limit` machines out over the zones that have `due` machines each: evenly, and the odd one to
 * the zone that has most left, so that they are through at the same time. A zone that has more due than the others goes ahead
 * of each of them by one even share of a full batch at most, so that it does not wait for one machine at a time either.
 * `first` is the zone that comes first of all.
 */
export const shareBatch = (due: readonly number[], limit: number, first?: number): BatchShares => {
  const shares = due.map(() => 0);
  const lead = Math.ceil(limit / due.length);
  for (let taken = 0; taken < limit; taken += 1) {
    const zone = taken === 0 && first !== undefined ? first : nextZone(due, shares, lead);
    if (zone === undefined) break;
    shares[zone] = (shares[zone] ?? 0) + 1;
  }
  return shares;
};

/** How many batches of at most `limit` machines replace all machines of zones that have so many each. */
export const countBatches = (machines: readonly number[], limit: number): number => {
  let left = machines;
  for (let batches = 0; ; batches += 1) {
    if (left.every((count) => count === 0)) return batches;
    const shares = shareBatch(left, limit);
    left = left.map((count, zone) => count - (shares[zone] ?? 0));
  }
};

function nextZone(due: readonly number[], shares: BatchShares, lead: number): number | undefined {
  const fewest = Math.min(...shares);
  let best: number | undefined;
  for (const [zone, count] of due.entries()) {
    const share = shares[zone] ?? 0;
    if (count <= share || share >= fewest + lead) continue;
    const other = best === undefined ? Infinity : (shares[best] ?? 0);
    if (share < other || (share === other && count - share > (due[best ?? zone] ?? 0) - other)) best = zone;
  }
  return best;
}
