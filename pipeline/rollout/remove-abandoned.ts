import type { DeployedEnvironment } from '../environments/environment.ts';
import type { EnvironmentRecord } from '../model.ts';
import { updateEnvironment } from './environment-record.ts';
import { recordAbandoned } from './record-abandoned.ts';
import { removeDeployment } from './remove-deployment.ts';
import type { RemoveDeploymentDeps } from './remove-deployment.ts';
import { markRetired } from './retiring.ts';

/**
 * Removes the machines of releases whose rollout ended without doing so itself: it was killed, or could not remove blue.
 * @throws TargetsStillDrainingError, GroupStillThereError to be called again until nothing is left
 */
export const removeAbandoned = async (
  record: EnvironmentRecord,
  environment: DeployedEnvironment,
  deps: RemoveDeploymentDeps,
): Promise<void> => {
  const { app } = record;
  for (const key of record.retiring ?? []) {
    await removeDeployment(app, key, environment, deps);
    await recordAbandoned(app, key.releaseId, environment.name, deps);
    await updateEnvironment(environment.name, app, deps, (found) => markRetired(found, key));
  }
};
