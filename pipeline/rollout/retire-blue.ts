import type { Rollout } from '../model.ts';
import { updateEnvironment } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { releaseLease } from './lease.ts';
import { removeMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';
import { markRetired } from './retiring.ts';

/**
 * Removes the drained group and everything that was made for it, then lets the next rollout start.
 * @throws GroupStillThereError to be called again
 */
export const retireBlue = async (
  { rollout }: { readonly rollout: Rollout },
  deps: MachineGroupDeps & EnvironmentRecordDeps,
): Promise<{ readonly retired: string | null }> => {
  const { blue, environment, release } = rollout;
  if (blue !== undefined) {
    await removeMachineGroup(blue, deps);
    await updateEnvironment(environment, release.app, deps, (record) => markRetired(record, blue.releaseId));
  }
  await releaseLease(environment, release.app, rollout.executionArn, deps);
  return { retired: blue?.releaseId ?? null };
};
