import type { Clock } from '#pipeline/clock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import type { Connection } from '../connection.ts';
import type { Output, RunningStep } from '../output.ts';
import type { Stack } from '../stack.ts';
import { readExecutionProgress } from './execution-states.ts';
import type { ExecutionProgress, StateRun } from './execution-states.ts';

const POLL_MILLISECONDS = 200;
/** The rollout's later states tidy up; the release is live before they end. */
const LIVE_AFTER = 'FinishRollout';

/** What there is to know when a release ended. */
export interface WatchedRelease {
  readonly record: ReleaseRecord;
  readonly states: readonly StateRun[];
}

const executionArn = (release: Release, stack: Stack): string =>
  `${stack.releaseStateMachineArn.replace(':stateMachine:', ':execution:')}:${release.releaseId}`;

/** Reads the execution and the rollouts it started, as one list of states in order. */
const readStates = async (
  arn: string,
  connection: Connection,
): Promise<{ progress: ExecutionProgress; states: StateRun[] } | undefined> => {
  const progress = await readExecutionProgress(arn, connection.states);
  if (progress === undefined) return undefined;
  const children = await Promise.all(
    progress.children.map((child) => readExecutionProgress(child, connection.states)),
  );
  const nested = children.flatMap((child) => child?.states ?? []);
  const isContainer = (run: StateRun): boolean => run.state.startsWith('RolloutEnvironment');
  return { progress, states: [...progress.states.filter((run) => !isContainer(run)), ...nested] };
};

const show = (states: readonly StateRun[], shown: Map<string, RunningStep>, output: Output): void => {
  states.forEach((run, index) => {
    const id = `${index} ${run.state}`;
    const isNew = !shown.has(id);
    const step = shown.get(id) ?? output.step(run.state);
    if (isNew || run.exitedAt === undefined) shown.set(id, step);
    if (run.exitedAt !== undefined && shown.get(id) !== DONE) {
      step.done('', (run.exitedAt.getTime() - run.enteredAt.getTime()) / 1000);
      shown.set(id, DONE);
    }
  });
};

const DONE: RunningStep = { detail: () => undefined, done: () => undefined, failed: () => undefined };

const isFinal = (record: ReleaseRecord | undefined): boolean =>
  record !== undefined && ['live', 'rejected', 'failed', 'superseded'].includes(record.status);

/**
 * Follows a release from its drop until it is live or ended, showing each state as it happens. A rollout's tidying up
 * after the traffic moved is not waited for.
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
  const shown = new Map<string, RunningStep>();
  const arn = executionArn(release, deps.stack);
  for (;;) {
    deps.signal?.throwIfAborted();
    const found = await readStates(arn, deps.connection);
    const states = found?.states ?? [];
    const live = states.findIndex((run) => run.state === LIVE_AFTER && run.exitedAt !== undefined);
    show(live < 0 ? states : states.slice(0, live + 1), shown, deps.output);
    if (live >= 0 || found?.progress.ended === true) {
      const record = await deps.documents.read<ReleaseRecord>(releaseKey(release));
      if (record !== undefined && isFinal(record)) return { record, states };
    }
    await deps.clock.delay(POLL_MILLISECONDS);
  }
};
