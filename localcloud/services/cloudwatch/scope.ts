import type { CloudContext } from '../../cloud-context.ts';
import type { Alarms } from './alarm-record.ts';
import type { MetricStore } from './metric-store.ts';

/** What the operations work on. */
export interface CloudWatchScope {
  readonly context: CloudContext;
  readonly metrics: MetricStore;
  readonly alarms: Alarms;
}
