import { validationError } from './errors.ts';
import { percentileOf } from './distribution.ts';
import type { Distribution } from './distribution.ts';

/** Computes a statistic; undefined where the distribution cannot tell it. */
export type Statistic = (distribution: Distribution) => number | undefined;

const plain: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

/**
 * Reads the name of a statistic: `Sum`, `p95`, `p99.9`. Trimmed means and the other extended statistics are not known here.
 */
export const parseStatistic = (name: string): Statistic => {
  const known = plain[name];
  if (known !== undefined && Object.hasOwn(plain, name)) return known;
  const percent = Number(/^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(percent)) throw validationError(`The value ${name} for parameter Stat is not supported.`);
  return (distribution) => percentileOf(distribution, percent);
};
