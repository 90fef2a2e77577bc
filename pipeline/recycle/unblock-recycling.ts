import type { Announce } from '../announce.ts';
import type { EnvironmentRecord } from '../model.ts';
import { updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { announceUnblocked } from './announce-unblocked.ts';

/** Which app's machines are to be replaced again, and who wants it. */
export interface UnblockRequest {
  readonly environment: string;
  readonly app: string;
  readonly by: string;
}

/** Lets a group be recycled again that was blocked after failures, and announces it; false when it was not. */
export const unblockRecycling = async (
  { environment, app, by }: UnblockRequest,
  deps: EnvironmentRecordDeps & { readonly announce: Announce },
): Promise<boolean> => {
  let before: EnvironmentRecord | undefined;
  await updateEnvironment(environment, app, deps, (found) => {
    before = found.recycling?.blockedSince === undefined ? undefined : found;
    const { recycling: _blocked, ...rest } = found;
    return before === undefined ? undefined : rest;
  });
  if (before === undefined) return false;
  await announceUnblocked(before, { by }, deps);
  return true;
};
