import type { CloudContext } from '../../cloud-context.ts';
import type { ElbRecords } from './records.ts';
import type { Traffic } from './traffic.ts';

/** What the operations work on. */
export interface ElbScope {
  readonly context: CloudContext;
  readonly records: ElbRecords;
  readonly traffic: Traffic;
}
