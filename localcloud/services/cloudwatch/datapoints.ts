import { emptyDistribution, grow } from './distribution.ts';
import type { Distribution, GrowingDistribution } from './distribution.ts';
import type { MetricBin } from './metric-store.ts';

/** Puts bins together into periods that begin at `origin` or whole periods from it; in the order of time. */
export const groupByPeriod = (
  bins: readonly MetricBin[],
  periodMilliseconds: number,
  origin = 0,
): ReadonlyMap<number, Distribution> => {
  const periods = new Map<number, GrowingDistribution>();
  for (const { start, distribution } of bins) {
    const period = origin + Math.floor((start - origin) / periodMilliseconds) * periodMilliseconds;
    const growing = periods.get(period) ?? emptyDistribution();
    grow(growing, distribution);
    periods.set(period, growing);
  }
  return periods;
};
