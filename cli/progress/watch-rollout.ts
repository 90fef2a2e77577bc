import type { DocumentStore } from '#pipeline/documents/document-store';
import type { EnvironmentRecord } from '#pipeline/model';
import { readFailure } from '#pipeline/release/failure';
import { environmentKey } from '#pipeline/rollout/environment-record';
import type { CommandContext } from '../command-context.ts';
import { readNote } from './read-note.ts';
import { readStates } from './read-states.ts';
import { approvalAwaitedIn, isLiveIn, shownStates, statesSinceApproval } from './rollout-states.ts';
import { showStates } from './show-states.ts';

const POLL_MILLISECONDS = 250;
/** Waiting for people or for a judge takes long, and nobody sees the difference. */
const SLOW_POLL_MILLISECONDS = 1000;
const SLOW_AFTER_MILLISECONDS = 60_000;

/** A rollout to be followed. */
export interface RolloutToWatch {
  readonly executionArn: string;
  readonly app: string;
  readonly environment: string;
  readonly releaseId: string;
  /** The approval that was given a moment ago: its state may wait for it still. */
  readonly approvedId?: string;
}

/** Where a rollout that is followed came to. */
export type RolloutOutcome =
  | { readonly kind: 'live' }
  | { readonly kind: 'awaiting-approval' }
  | { readonly kind: 'ended'; readonly reason: string; readonly message: string };

/** Whether another approval is awaited than the one that was given: a plan that changed asks anew. */
const awaitsAnother = async (
  { app, environment, approvedId }: RolloutToWatch,
  documents: Pick<DocumentStore, 'read'>,
): Promise<boolean> => {
  if (approvedId === undefined) return true;
  const record = await documents.read<EnvironmentRecord>(environmentKey(environment, app));
  const { pendingApproval } = record ?? {};
  return pendingApproval !== undefined && pendingApproval.approvalId !== approvedId;
};

/** Follows a rollout until its release has all of the traffic, awaits approval or ended, showing each state as it happens. */
export const watchRollout = async (
  rollout: RolloutToWatch,
  deps: Pick<CommandContext, 'connection' | 'documents' | 'clock' | 'output'> & {
    readonly signal: AbortSignal;
  },
): Promise<RolloutOutcome> => {
  const { clock, connection, documents, output, signal } = deps;
  const shown = showStates(output);
  const startedAt = clock.now().getTime();
  let end: Parameters<typeof shown.end>[0] = 'goes-on';
  try {
    for (;;) {
      signal.throwIfAborted();
      const found = await readStates(rollout.executionArn, connection.states);
      const states = found?.states ?? [];
      const news = rollout.approvedId === undefined ? states : statesSinceApproval(states);
      shown.update(shownStates(news, rollout.environment), await readNote(rollout, states, deps));
      if (isLiveIn(states, rollout.environment)) return { kind: 'live' };
      if (found?.ended === true) {
        end = 'ended';
        const { name, cause } = found.error ?? { name: 'ended', cause: 'no reason is recorded' };
        return { kind: 'ended', ...readFailure(name, cause) };
      }
      if (approvalAwaitedIn(states) !== undefined && (await awaitsAnother(rollout, documents)))
        return { kind: 'awaiting-approval' };
      const isSlow = clock.now().getTime() - startedAt > SLOW_AFTER_MILLISECONDS;
      await clock.delay(isSlow ? SLOW_POLL_MILLISECONDS : POLL_MILLISECONDS);
    }
  } finally {
    shown.end(end);
  }
};
