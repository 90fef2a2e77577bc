import type { EnvironmentRecord, ReleaseRecord } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';
import { updateEnvironment } from './environment-record.ts';
import { removeDeployment } from './remove-deployment.ts';
import type { RemoveDeploymentDeps } from './remove-deployment.ts';
import { markRetired } from './retiring.ts';

const IN_FLIGHT = new Set(['received', 'baked', 'tested', 'rolling-out']);

/** Says where people look for it that the rollout was killed. */
const recordAbandoned = async (app: string, releaseId: string, deps: RemoveDeploymentDeps): Promise<void> => {
  await deps.documents.update<ReleaseRecord>(releaseKey({ app, releaseId }), (found) =>
    found === undefined || !IN_FLIGHT.has(found.status)
      ? undefined
      : {
          ...found,
          status: 'failed',
          reason: 'RolloutAbandoned',
          message: 'its rollout was stopped before it ended',
          updatedAt: deps.clock.now().toISOString(),
        },
  );
};

/**
 * Removes the machines of releases whose rollout ended without doing so itself: it was killed, or could not remove blue.
 * @throws TargetsStillDrainingError, GroupStillThereError to be called again until nothing is left
 */
export const removeAbandoned = async (
  record: EnvironmentRecord,
  deps: RemoveDeploymentDeps,
): Promise<void> => {
  const { app, environment } = record;
  for (const releaseId of record.retiring ?? []) {
    await removeDeployment({ app, releaseId }, environment, deps);
    await recordAbandoned(app, releaseId, deps);
    await updateEnvironment(environment, app, deps, (found) => markRetired(found, releaseId));
  }
};
