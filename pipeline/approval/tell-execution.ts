import {
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { SFNClient } from '@aws-sdk/client-sfn';
import {
  ApprovalExpiredError,
  ApprovalRejectedError,
  PlanChangedError,
  ReleaseSupersededError,
} from '../errors.ts';
import type { ApprovalRecord } from './approval-record.ts';
import { nameOf } from './people.ts';
import { readCallback } from './read-callback.ts';

/** What became of telling: it knows, it ended before, or it waits on another token than ours. */
export type Telling = 'told' | 'ended' | 'waits-elsewhere';

type Answer = { readonly output: { readonly approvedBy: readonly string[] } } | { readonly error: Error };

const answerOf = (record: ApprovalRecord): Answer => {
  const { releaseId, environment, decisions, status } = record;
  switch (status) {
    case 'approved':
      return { output: { approvedBy: decisions.map(nameOf) } };
    case 'rejected': {
      const last = decisions.at(-1);
      const by = last === undefined ? 'somebody' : nameOf(last);
      return { error: new ApprovalRejectedError(releaseId, environment, by, last?.comment) };
    }
    case 'stale':
      return { error: new PlanChangedError(releaseId, environment) };
    case 'superseded':
      return { error: new ReleaseSupersededError(releaseId, record.supersededBy ?? 'a newer release') };
    case 'expired':
      return { error: new ApprovalExpiredError(releaseId, environment, record.expiresAt) };
    case 'pending':
      throw new Error(`approval '${record.approvalId}' is pending, expected a decision to tell`);
  }
};

const isDeadToken = (error: unknown): boolean =>
  error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;

const send = (taskToken: string, answer: Answer, states: SFNClient): Promise<unknown> =>
  'output' in answer
    ? states.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer.output) }))
    : states.send(
        new SendTaskFailureCommand({ taskToken, error: answer.error.name, cause: answer.error.message }),
      );

/**
 * Lets the execution that waits for the approval go on. A token that Step Functions no longer takes may be one that it
 * took from us before, with the reply lost: its history tells.
 */
export const tellExecution = async (
  record: ApprovalRecord,
  taskToken: string,
  states: SFNClient,
): Promise<Telling> => {
  const answer = answerOf(record);
  try {
    await send(taskToken, answer, states);
    return 'told';
  } catch (error) {
    if (!isDeadToken(error)) throw error;
  }
  // Whoever no longer waits needs no reason to stop.
  if (record.status !== 'approved' && record.status !== 'rejected') return 'told';
  const callback = await readCallback(record.executionArn, states);
  if (callback.kind === 'waiting') return 'waits-elsewhere';
  if ('output' in answer) return callback.kind === 'succeeded' ? 'told' : 'ended';
  return callback.kind === 'failed' && callback.error === answer.error.name ? 'told' : 'ended';
};
