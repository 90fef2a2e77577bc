import { updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';

/** Lets a group be recycled again that was blocked after failures; false when it was not. */
export const unblockRecycling = async (
  { environment, app }: { readonly environment: string; readonly app: string },
  deps: EnvironmentRecordDeps,
): Promise<boolean> => {
  let blocked = false;
  await updateEnvironment(environment, app, deps, ({ recycling, ...rest }) => {
    blocked = recycling?.blockedSince !== undefined;
    return blocked ? rest : undefined;
  });
  return blocked;
};
