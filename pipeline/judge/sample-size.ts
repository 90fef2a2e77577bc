import { failAtErrors, upperTail } from './binomial.ts';

/** Fewer requests say more about one odd client than about a release. */
const LEAST_REQUESTS = 50;
const GROWTH = 1.03;
const MOST_REQUESTS = 10_000_000;

/** What a test is to tell apart, and how surely. */
export interface Distinction {
  /** The error ratio that is normal. */
  readonly baseline: number;
  /** The error ratio that must be caught. */
  readonly detect: number;
  /** At most this share of normal releases fails. */
  readonly alpha: number;
  /** At least this share of releases with the ratio to be detected fails. */
  readonly power: number;
}

/** A one-sided test: after so many requests, so many errors fail. */
export interface SampleSize {
  readonly samples: number;
  readonly failAtErrors: number;
}

/**
 * The number of requests that tells `baseline` from `detect`. Sizes are tried in steps of 3 % from 50 on: the exact minimum
 * would be up to a tenth smaller, but it lies on a tooth of the binomial's saw where one request more is not enough.
 * @throws Error for ratios in the wrong order, or so close that no size up to 10^7 is enough
 */
export const sampleSize = ({ baseline, detect, alpha, power }: Distinction): SampleSize => {
  if (!(baseline >= 0 && detect > baseline && detect <= 1)) {
    throw new Error(
      `error ratio to be detected is '${detect}', expected above the baseline '${baseline}' and at most 1`,
    );
  }
  for (let samples = LEAST_REQUESTS; samples <= MOST_REQUESTS; samples = Math.floor(samples * GROWTH) + 1) {
    const errors = failAtErrors(samples, baseline, alpha);
    if (upperTail(samples, errors, detect) >= power) return { samples, failAtErrors: errors };
  }
  throw new Error(
    `error ratios '${baseline}' and '${detect}' cannot be told apart by ${MOST_REQUESTS} requests, expected them further apart`,
  );
};
