import type { HistoryEvent as SdkHistoryEvent } from '@aws-sdk/client-sfn';

/** One event of an execution's history, as `GetExecutionHistory` reports it. */
export interface HistoryEvent extends Omit<SdkHistoryEvent, 'timestamp'> {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: NonNullable<SdkHistoryEvent['type']>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** The `…EventDetails` member of an event. */
export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'type' | 'timestamp'>;

/** Most events that a Standard execution may have. */
export const maximumEvents = 25_000;

/** Says that input or output is complete. */
export const notTruncated = { truncated: false } as const;
