import type { CloudContext } from '../../cloud-context.ts';
import type { Planner } from './planner.ts';
import type { ScheduleStore } from './schedule-store.ts';

/** What the operations of this service work on. */
export interface SchedulerDeps {
  readonly context: CloudContext;
  readonly store: ScheduleStore;
  readonly planner: Planner;
}
