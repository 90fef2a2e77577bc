import type { Clock } from '#pipeline/clock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import type { Connection } from '../connection.ts';
import type { Output } from '../output.ts';
import type { Stack } from '../stack.ts';
import { UserError } from '../user-error.ts';
import { readExecutionProgress } from './execution-states.ts';
import type { ExecutionProgress, StateRun } from './execution-states.ts';
import { showStates } from './show-states.ts';

const POLL_MILLISECONDS = 200;
/** The event, the rule and the starting function take a second or two. */
const START_TIMEOUT_MILLISECONDS = 120_000;
/** The rollout's later states tidy up; the release is live before they end. */
const LIVE_AFTER = 'FinishRollout';

/** What there is to know when a release ended. */
export interface WatchedRelease {
  readonly record: ReleaseRecord;
  readonly states: readonly StateRun[];
}

interface ReleaseProgress {
  readonly ended: boolean;
  readonly states: readonly StateRun[];
}

const executionArn = (release: Release, stack: Stack): string =>
  `${stack.releaseStateMachineArn.replace(':stateMachine:', ':execution:')}:${release.releaseId}`;

const isContainer = (run: StateRun): boolean => run.state.startsWith('RolloutEnvironment');

/** Reads the execution and the rollouts it started, as one list of states in order. */
const readStates = async (arn: string, connection: Connection): Promise<ReleaseProgress | undefined> => {
  const progress = await readExecutionProgress(arn, connection.states);
  if (progress === undefined) return undefined;
  const children = await Promise.all(
    progress.children.map((child) => readExecutionProgress(child, connection.states)),
  );
  const all: readonly (ExecutionProgress | undefined)[] = [progress, ...children];
  const states = all.flatMap((execution) => execution?.states ?? []).filter((run) => !isContainer(run));
  return {
    ended: progress.ended,
    states: states.toSorted((a, b) => a.enteredAt.getTime() - b.enteredAt.getTime()),
  };
};

/** Whether a release has come to its end, whichever it is. */
export const isFinal = (record: ReleaseRecord | undefined): boolean =>
  record !== undefined && ['live', 'rejected', 'failed', 'superseded'].includes(record.status);

/**
 * Follows a release from its drop until it is live or ended, showing each state as it happens. A rollout's tidying up
 * after the traffic moved is not waited for. @throws UserError when nothing starts the release
 */
export const watchRelease = async (
  release: Release,
  deps: {
    readonly stack: Stack;
    readonly connection: Connection;
    readonly documents: DocumentStore;
    readonly clock: Clock;
    readonly output: Output;
    readonly signal?: AbortSignal;
  },
): Promise<WatchedRelease> => {
  const { clock, connection, documents, output, signal, stack } = deps;
  const shown = showStates(output);
  const arn = executionArn(release, stack);
  const startBy = clock.now().getTime() + START_TIMEOUT_MILLISECONDS;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const found = await readStates(arn, connection);
      const states = found?.states ?? [];
      const live = states.findIndex((run) => run.state === LIVE_AFTER && run.exitedAt !== undefined);
      shown.update(live < 0 ? states : states.slice(0, live + 1));
      if (live >= 0 || found?.ended === true) {
        const record = await documents.read<ReleaseRecord>(releaseKey(release));
        if (record !== undefined && isFinal(record)) return { record, states };
      }
      if (found === undefined && clock.now().getTime() > startBy) {
        throw new UserError(
          `nothing started the release of s3://${release.bucket}/${release.key} in ${START_TIMEOUT_MILLISECONDS / 1000} s`,
          'aws events list-rules, and the log of function startRelease',
        );
      }
      await clock.delay(POLL_MILLISECONDS);
    }
  } finally {
    shown.end();
  }
};
