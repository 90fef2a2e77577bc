import type { Clock } from '../../clock.ts';
import type { Store } from '../../store.ts';
import { openBinTable } from './bin-table.ts';
import { emptyDistribution, grow, mergeDistributions } from './distribution.ts';
import type { Distribution, GrowingDistribution } from './distribution.ts';
import type { Metric } from './metric.ts';

/** The values of a metric in one storage period: a minute, or a second of a high-resolution metric. */
export interface MetricBin {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly unit: string;
  readonly distribution: Distribution;
}

/** Values to add to a metric. */
export interface MetricSample {
  readonly metric: Metric;
  readonly unit: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly resolutionSeconds: 1 | 60;
  readonly distribution: Distribution;
}

/** The data of all metrics. What `read` has shown once is on disk. */
export interface MetricStore {
  add(sample: MetricSample): void;
  /** Bins that begin in `[from, until)`, by time; of all units unless one is named. */
  read(metric: Metric, unit: string | undefined, from: number, until: number): MetricBin[];
  /** Metrics that have data. */
  metrics(): Metric[];
  /** Writes what was added since the last time. */
  flush(): void;
  /** Forgets data older than `retentionMilliseconds`. */
  prune(): void;
}

/** How long data is kept. AWS keeps minutes for 15 days; a rollout looks back minutes. */
export const retentionMilliseconds = 3 * 3_600_000;

interface HotBin {
  readonly series: number;
  readonly start: number;
  readonly distribution: GrowingDistribution;
}

/** Opens the metrics. Adding changes only memory; once a second all that was added is written in one transaction. */
export const openMetricStore = (store: Store, clock: Clock): MetricStore => {
  const table = openBinTable(store.database);
  const dirty = new Map<string, HotBin>();

  const flush = (): void => {
    if (dirty.size === 0) return;
    store.transaction(() => {
      for (const { series, start, distribution } of dirty.values()) {
        const stored = table.read(series, start);
        const all = stored === undefined ? distribution : mergeDistributions([stored, distribution]);
        table.write(series, start, all);
      }
    });
    dirty.clear();
  };
  return {
    add: ({ metric, unit, at, resolutionSeconds, distribution }) => {
      if (at < clock.now() - retentionMilliseconds || distribution.count === 0) return;
      const width = resolutionSeconds * 1_000;
      const start = Math.floor(at / width) * width;
      const series = table.seriesOf(metric, unit);
      const key = `${series} ${start}`;
      const bin = dirty.get(key) ?? { series, start, distribution: emptyDistribution() };
      grow(bin.distribution, distribution);
      dirty.set(key, bin);
    },
    read: (metric, unit, from, until) => {
      flush();
      return table
        .findSeries(metric)
        .filter((series) => unit === undefined || series.unit === unit)
        .flatMap((series) =>
          table.readRange(series.id, from, until).map((bin) => ({ ...bin, unit: series.unit })),
        )
        .toSorted((left, right) => left.start - right.start);
    },
    metrics: () => {
      flush();
      return table.metrics();
    },
    flush,
    prune: () => {
      flush();
      table.prune(clock.now() - retentionMilliseconds);
    },
  };
};
