import type { Announce } from '../announce.ts';
import type { EnvironmentRecord } from '../model.ts';

/** What ended a block. */
export interface UnblockedBy {
  /** Another release serves. */
  readonly releaseId?: string;
  /** Who wanted it. */
  readonly by?: string;
}

/** Announces that a group is no longer blocked, where it was; `before` is what the app's document said until then. */
export const announceUnblocked = async (
  { app, environment, recycling }: Pick<EnvironmentRecord, 'app' | 'environment' | 'recycling'>,
  unblockedBy: UnblockedBy,
  { announce }: { readonly announce: Announce },
): Promise<void> => {
  if (recycling?.blockedSince === undefined) return;
  const { groupName, blockedSince } = recycling;
  await announce('recycling.unblocked', { environment, app, groupName, blockedSince, ...unblockedBy });
};
