import type { SFNClient } from '@aws-sdk/client-sfn';
import { readEnvironment } from '../environments/read-environments.ts';
import { RolloutInProgressError } from '../errors.ts';
import type { DeploymentKey } from '../model.ts';
import { isDeployment, isSameDeployment } from './configuration.ts';
import { updateEnvironment } from './environment-record.ts';
import { isRunning } from './is-running.ts';
import { activityOf, isDisruption, withoutLease } from './lease.ts';
import { recordAbandoned } from './record-abandoned.ts';
import { removeDeployment } from './remove-deployment.ts';
import type { RemoveDeploymentDeps } from './remove-deployment.ts';
import { markRetired, markRetiring } from './retiring.ts';

/** Machines that no longer serve, and when they go: input of the state machine `retirement`. */
export interface Retirement {
  readonly app: string;
  readonly environment: string;
  readonly deployment: DeploymentKey;
  /** ISO 8601. */
  readonly at: string;
}

export interface RetireDeploymentDeps extends RemoveDeploymentDeps {
  readonly states: SFNClient;
}

/**
 * Lets machines that no longer serve finish their requests and removes them with everything that was made for them. Ones
 * that serve again, after a rollback to them, or are rolled out again stay.
 * @throws TargetsStillDrainingError, GroupStillThereError, RolloutInProgressError to be called again
 */
export const retireDeployment = async (
  { app, environment: name, deployment }: Retirement,
  deps: RetireDeploymentDeps,
): Promise<{ readonly retired: boolean }> => {
  const environment = await readEnvironment(name, deps.documents);
  const record = await updateEnvironment(name, app, deps, async (found) => {
    const { warm, ...rest } = found;
    if (!isDeployment(warm?.deployment, deployment)) return undefined;
    // Whoever holds the lease may be about to give these machines the traffic back.
    const { lease } = found;
    if (lease !== undefined && !isDisruption(lease) && (await isRunning(lease.executionArn, deps.states)))
      throw new RolloutInProgressError(app, name, activityOf(lease));
    return markRetiring(rest, deployment);
  });
  if (isDeployment(record.current, deployment)) return { retired: false };
  const owner =
    record.lease !== undefined && !isDisruption(record.lease) && isSameDeployment(record.lease, deployment)
      ? record.lease
      : undefined;
  // The same machines are being rolled out anew: that rollout keeps or removes them.
  if (owner !== undefined && (await isRunning(owner.executionArn, deps.states))) return { retired: false };
  await removeDeployment(app, deployment, environment, deps);
  const { releaseId } = deployment;
  // Also where recycling or chaos came and struck out the lease of a rollout that was killed.
  const isAgain = [record.lease, record.waiting].some((other) => other?.releaseId === releaseId);
  if (owner !== undefined || !isAgain) await recordAbandoned(app, releaseId, name, deps);
  await updateEnvironment(name, app, deps, (found) =>
    markRetired(owner === undefined ? found : withoutLease(found, owner.executionArn), deployment),
  );
  return { retired: true };
};
