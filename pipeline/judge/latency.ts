import type { RequestCounts } from './request-counts.ts';

/** Ten of so many requests are above the 95th percentile; of fewer it moves with every one. */
const LEAST_REQUESTS = 200;
/** A difference that no user notices and every busy machine makes. */
const LEAST_DIFFERENCE_SECONDS = 0.01;

/** The 95th percentiles of both, since the same time. */
export interface Latency {
  readonly greenP95Seconds: number;
  readonly blueP95Seconds: number;
}

/** Says how much slower green is than allowed; undefined where it is not, or where too few requests tell. */
export const slowness = (
  latency: Latency | undefined,
  mostRatio: number | undefined,
  counts: { readonly green: RequestCounts; readonly blue: RequestCounts | undefined },
): string | undefined => {
  if (latency === undefined || mostRatio === undefined) return undefined;
  if (Math.min(counts.green.requests, counts.blue?.requests ?? 0) < LEAST_REQUESTS) return undefined;
  const { greenP95Seconds: green, blueP95Seconds: blue } = latency;
  // Also the answer for what is no number: every comparison with NaN is false.
  if (!(blue > 0 && green > blue * mostRatio && green - blue >= LEAST_DIFFERENCE_SECONDS)) return undefined;
  const milliseconds = (seconds: number): string => `${Math.round(seconds * 1000)} ms`;
  return `95 % of green's requests took up to ${milliseconds(green)}, of blue's ${milliseconds(blue)}: ${(green / blue).toFixed(1)} times, at most ${mostRatio} times is allowed`;
};
