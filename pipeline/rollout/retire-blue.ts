import type { Rollout } from '../model.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { releaseLease } from './lease.ts';
import { removeMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';

/**
 * Removes the drained group and everything that was made for it, then lets the next rollout start.
 * @throws GroupStillThereError to be called again
 */
export const retireBlue = async (
  { rollout }: { readonly rollout: Rollout },
  deps: MachineGroupDeps & EnvironmentRecordDeps,
): Promise<{ readonly retired: string | null }> => {
  if (rollout.blue !== undefined) await removeMachineGroup(rollout.blue, deps);
  await releaseLease(rollout.environment, rollout.release.app, rollout.executionArn, deps);
  return { retired: rollout.blue?.releaseId ?? null };
};
