import type { CreateScheduleInput, Target } from '@aws-sdk/client-scheduler';

/** A schedule as stored. Times in milliseconds since the epoch. */
export interface ScheduleRecord extends Pick<
  CreateScheduleInput,
  'Description' | 'ScheduleExpressionTimezone' | 'KmsKeyArn'
> {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly expression: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly startAt?: number;
  readonly endAt?: number;
  /** Minutes after its time within which a run begins; 0 for exactly then. */
  readonly windowMinutes: number;
  readonly target: Target;
  readonly deleteWhenDone: boolean;
  /** Rates count from here. */
  readonly anchoredAt: number;
  /** When it runs next; absent when it does not. */
  readonly nextAt?: number;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Of the call that created it: repeating that call changes nothing. */
  readonly clientToken?: string;
}

/** A group of schedules as stored. Times in milliseconds since the epoch. */
export interface GroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken?: string;
}

/** One run of a schedule on its way to its target. Times in milliseconds since the epoch. */
export interface Invocation {
  /** The execution id that AWS shows as `<aws.scheduler.execution-id>`. */
  readonly id: string;
  readonly group: string;
  readonly schedule: string;
  readonly scheduleArn: string;
  readonly scheduledAt: number;
  /** The next attempt is not made before. */
  readonly notBefore: number;
  /** When it was due first: its age counts from here. */
  readonly dueAt: number;
  readonly attempts: number;
  readonly target: Target;
}
