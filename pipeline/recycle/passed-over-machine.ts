import type { InstanceId } from '../model.ts';

/** A machine that is due and stays although the others of its group are replaced. */
export interface PassedOverMachine {
  readonly instanceId: InstanceId;
  /** What it is or lacks, for people: `is protected from scale-in`. */
  readonly reason: string;
  /** When a plan first found it so, ISO 8601. */
  readonly since: string;
}
