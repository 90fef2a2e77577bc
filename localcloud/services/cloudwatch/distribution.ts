/** What is known of the values of one metric in one stretch of time. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /**
   * How many values fell into each bucket of 2 % width, for percentiles; undefined where they are not known: negative
   * values, and statistic sets of several values (API reference, PutMetricData).
   */
  readonly buckets: ReadonlyMap<number, number> | undefined;
}

// CloudWatch itself keeps 10 % wide buckets (SEH1); at 2 % a percentile is at most 1 % away from a value that occurred.
const WIDTH = Math.log(1.02);
const ZERO = Number.MIN_SAFE_INTEGER;

const bucketOf = (value: number): number => (value === 0 ? ZERO : Math.floor(Math.log(value) / WIDTH));

const middleOf = (bucket: number): number => (bucket === ZERO ? 0 : Math.exp((bucket + 0.5) * WIDTH));

/** A value that occurred `count` times. */
export const valueDistribution = (value: number, count = 1): Distribution => ({
  count,
  sum: value * count,
  min: value,
  max: value,
  buckets: value < 0 ? undefined : new Map([[bucketOf(value), count]]),
});

/** Values of which only a summary was sent. */
export const summaryDistribution = (summary: Omit<Distribution, 'buckets'>): Distribution =>
  summary.min === summary.max && summary.count > 0
    ? { ...summary, buckets: valueDistribution(summary.min, summary.count).buckets }
    : { ...summary, buckets: undefined };

/** A distribution under construction. */
export type GrowingDistribution = { -readonly [K in keyof Distribution]: Distribution[K] } & {
  buckets: Map<number, number> | undefined;
};

/** A distribution without values. */
export const emptyDistribution = (): GrowingDistribution => ({
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  buckets: new Map(),
});

/** Adds all values of another distribution. */
export const grow = (growing: GrowingDistribution, { count, sum, min, max, buckets }: Distribution): void => {
  growing.count += count;
  growing.sum += sum;
  growing.min = Math.min(growing.min, min);
  growing.max = Math.max(growing.max, max);
  if (buckets === undefined || growing.buckets === undefined) {
    growing.buckets = undefined;
    return;
  }
  for (const [bucket, inBucket] of buckets)
    growing.buckets.set(bucket, (growing.buckets.get(bucket) ?? 0) + inBucket);
};

/** All values of all. */
export const mergeDistributions = (distributions: readonly Distribution[]): Distribution => {
  const merged = emptyDistribution();
  for (const distribution of distributions) grow(merged, distribution);
  return merged;
};

/** The value below which `percent` of the values lie; undefined where the buckets are not known. */
export const percentileOf = (distribution: Distribution, percent: number): number | undefined => {
  const { buckets, count, min, max } = distribution;
  if (buckets === undefined) return undefined;
  const rank = (percent / 100) * count;
  let seen = 0;
  for (const [bucket, inBucket] of [...buckets].toSorted(([left], [right]) => left - right)) {
    seen += inBucket;
    if (seen >= rank) return Math.min(max, Math.max(min, middleOf(bucket)));
  }
  return max;
};
