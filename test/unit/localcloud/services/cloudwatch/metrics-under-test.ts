import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { valueDistribution } from '#localcloud/services/cloudwatch/distribution';
import type { Metric } from '#localcloud/services/cloudwatch/metric';
import { metricOf } from '#localcloud/services/cloudwatch/metric';
import { openMetricStore } from '#localcloud/services/cloudwatch/metric-store';
import type { MetricStore } from '#localcloud/services/cloudwatch/metric-store';
import type { Store } from '#localcloud/store';
import { openStore } from '#localcloud/store';
import { createManualClock } from '#test/helpers/manual-clock';
import type { ManualClock } from '#test/helpers/manual-clock';

const cleanUp: (() => void)[] = [];

/** Closes all stores; for `afterEach`. */
export const closeMetrics = (): void => {
  for (const undo of cleanUp.splice(0).toReversed()) undo();
};

/** Where the clock of the tests stands at first: a whole hour. */
export const noon = Date.parse('2026-01-01T12:00:00Z');

/** The metric of the tests. */
export const requests: Metric = metricOf('Shop', 'Requests', [{ Name: 'App', Value: 'hello' }]);

/** Metrics over a new folder. */
export interface MetricsUnderTest {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly metrics: MetricStore;
  /** Adds a value at so many seconds after noon. */
  readonly put: (value: number, atSeconds: number, metric?: Metric, unit?: string) => void;
  /** A second store over the same file, as after the process was killed. */
  readonly reopen: () => MetricStore;
}

/** Opens metrics. */
export const openMetrics = (): MetricsUnderTest => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const clock = createManualClock(noon);
  const open = (): Store => {
    const store = openStore(folder);
    cleanUp.push(() => store.close());
    return store;
  };
  const store = open();
  const metrics = openMetricStore(store, clock);
  return {
    clock,
    store,
    metrics,
    put: (value, atSeconds, metric = requests, unit = 'Count') =>
      metrics.add({
        metric,
        unit,
        at: noon + atSeconds * 1_000,
        resolutionSeconds: 60,
        distribution: valueDistribution(value),
      }),
    reopen: () => openMetricStore(open(), clock),
  };
};
