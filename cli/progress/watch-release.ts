import type { Clock } from '#pipeline/clock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import { readEnvironments } from '#pipeline/environments/read-environments';
import type { Release, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import type { Connection } from '../connection.ts';
import type { Output } from '../output.ts';
import type { Stack } from '../stack.ts';
import { UserError } from '../user-error.ts';
import type { StateRun } from './execution-states.ts';
import { readNote } from './read-note.ts';
import { readStates } from './read-states.ts';
import type { StatesOfExecution } from './read-states.ts';
import { automaticEnvironments, releaseOutcome } from './release-outcome.ts';
import type { ReleaseOutcome } from './release-outcome.ts';
import { approvalAwaitedIn, isLiveIn, shownStates } from './rollout-states.ts';
import { showStates } from './show-states.ts';

const POLL_MILLISECONDS = 200;
/** The event, the rule and the starting function take a second or two. */
const START_TIMEOUT_MILLISECONDS = 120_000;
/** How soon after the last automatic environment the next one asks for approval, unless another rollout is in its way. */
const APPROVAL_TIMEOUT_MILLISECONDS = 15_000;

/** What there is to know when a release went as far as it goes by itself. */
export interface WatchedRelease {
  readonly record: ReleaseRecord;
  readonly states: readonly StateRun[];
  readonly outcome: ReleaseOutcome;
}

interface WatchDeps {
  readonly stack: Pick<Stack, 'releaseStateMachineArn'>;
  readonly connection: Pick<Connection, 'states'>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly output: Output;
  readonly signal?: AbortSignal;
}

const executionArn = (release: Release, stack: WatchDeps['stack']): string =>
  `${stack.releaseStateMachineArn.replace(':stateMachine:', ':execution:')}:${release.releaseId}`;

/** Whether a release is at its end as a whole, whichever it is. */
export const isFinal = (record: ReleaseRecord | undefined): boolean =>
  record !== undefined && ['live', 'rejected', 'failed', 'superseded'].includes(record.status);

/** The documents are written before the states that write them are left. */
const isShown = (outcome: ReleaseOutcome, found: StatesOfExecution | undefined): boolean => {
  if (found === undefined || found.ended) return true;
  if (outcome.kind === 'live') return isLiveIn(found.states, outcome.environment);
  return outcome.kind === 'awaiting-approval' && approvalAwaitedIn(found.states) !== undefined;
};

/**
 * Follows a release from its drop until it serves as far as it goes by itself, awaits approval or ended, showing each state
 * as it happens. A rollout's tidying up after the traffic moved is not waited for.
 * @throws UserError when nothing starts the release
 */
export const watchRelease = async (release: Release, deps: WatchDeps): Promise<WatchedRelease> => {
  const { clock, connection, documents, output, signal, stack } = deps;
  const environments = await readEnvironments(documents);
  const automatic = automaticEnvironments(environments).at(-1)?.name;
  const last = environments.at(-1)?.name;
  const shown = showStates(output);
  const startBy = clock.now().getTime() + START_TIMEOUT_MILLISECONDS;
  let askBy: number | undefined;
  let end: Parameters<typeof shown.end>[0] = 'goes-on';
  try {
    for (;;) {
      signal?.throwIfAborted();
      const found = await readStates(executionArn(release, stack), connection.states);
      const states = found?.states ?? [];
      const record = await documents.read<ReleaseRecord>(releaseKey(release));
      shown.update(shownStates(states, last), await readNote(release, states, deps));
      if (record !== undefined) {
        const outcome = releaseOutcome(record, environments, found?.ended === true);
        if (outcome?.kind === 'ended') end = 'ended';
        if (outcome !== undefined && isShown(outcome, found)) return { record, states, outcome };
        if (automatic !== undefined && isLiveIn(states, automatic)) {
          askBy ??= clock.now().getTime() + APPROVAL_TIMEOUT_MILLISECONDS;
          if (clock.now().getTime() > askBy)
            return { record, states, outcome: { kind: 'live', environment: automatic } };
        }
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
    shown.end(end);
  }
};
