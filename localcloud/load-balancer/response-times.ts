/** Response times as CloudWatch takes them: how often each value occurred. */
export interface CountedTimes {
  /** Seconds. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
}

/** Collects response times at the cost of one logarithm each. */
export interface ResponseTimes {
  add(milliseconds: number): void;
  /** What was added since the last time. */
  take(): CountedTimes;
}

// Buckets of 2 % width from 10 µs to 66 minutes; each answers the mean of what fell into it, so that sums stay exact.
const SHORTEST_MILLISECONDS = 0.01;
const WIDTH = Math.log(1.02);
const BUCKETS = 1_000;

/** Nothing collected. */
export const createResponseTimes = (): ResponseTimes => {
  const counts = new Float64Array(BUCKETS);
  const sums = new Float64Array(BUCKETS);
  let total = 0;
  return {
    add: (milliseconds) => {
      const exact = Math.log(milliseconds / SHORTEST_MILLISECONDS) / WIDTH;
      const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(exact)));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      sums[bucket] = (sums[bucket] ?? 0) + milliseconds;
      total += 1;
    },
    take: () => {
      const taken = { values: [] as number[], counts: [] as number[] };
      if (total === 0) return taken;
      for (const [bucket, count] of counts.entries()) {
        if (count === 0) continue;
        taken.values.push((sums[bucket] ?? 0) / count / 1_000);
        taken.counts.push(count);
      }
      counts.fill(0);
      sums.fill(0);
      total = 0;
      return taken;
    },
  };
};
