import { ExecutionDoesNotExist, paginateGetExecutionHistory } from '@aws-sdk/client-sfn';
import type { HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';

/** How the newest task of an execution that waits for a token stands. */
export type Callback =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly error: string }
  /** It timed out, was stopped with its execution, or there is none. */
  | { readonly kind: 'ended' };

const CALLBACK = '.waitForTaskToken';
const PAGE = 100;

const resourceOf = (event: HistoryEvent): string | undefined =>
  (
    event.taskSucceededEventDetails ??
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.taskSubmittedEventDetails ??
    event.taskStartedEventDetails ??
    event.taskScheduledEventDetails
  )?.resource;

const stateOf = (event: HistoryEvent, executionEnded: boolean): Callback => {
  if (event.type === 'TaskSucceeded') return { kind: 'succeeded' };
  if (event.type === 'TaskFailed')
    return { kind: 'failed', error: event.taskFailedEventDetails?.error ?? '' };
  return event.type === 'TaskTimedOut' || executionEnded ? { kind: 'ended' } : { kind: 'waiting' };
};

const endOfExecution = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;

/**
 * Reads from an execution's history what became of the task that waits for a token: the execution's status alone cannot
 * tell an answer from a time-out, since both let it go on.
 */
export const readCallback = async (executionArn: string, states: SFNClient): Promise<Callback> => {
  let executionEnded = false;
  try {
    const pages = paginateGetExecutionHistory(
      { client: states, pageSize: PAGE },
      { executionArn, reverseOrder: true },
    );
    for await (const { events = [] } of pages) {
      for (const event of events) {
        executionEnded ||= endOfExecution.test(event.type ?? '');
        if (resourceOf(event)?.endsWith(CALLBACK)) return stateOf(event, executionEnded);
      }
    }
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
  }
  return { kind: 'ended' };
};
