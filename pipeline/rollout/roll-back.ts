import type { Announce } from '../announce.ts';
import { ReleaseLiveError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord, Rollout } from '../model.ts';
import { readFailure } from '../release/failure.ts';
import type { Failure } from '../release/failure.ts';
import { environmentKey } from './environment-record.ts';
import { releaseLease } from './lease.ts';
import { removeDeployment } from './remove-deployment.ts';
import type { RemoveDeploymentDeps } from './remove-deployment.ts';

/** The rollout as far as it came: its first state may have failed before it made anything. */
export type StartedRollout = Pick<Rollout, 'release' | 'environment' | 'executionArn'>;

export interface RollBackInput {
  readonly rollout: StartedRollout;
  readonly error: string;
  readonly cause: string;
}

export interface RollBackDeps extends RemoveDeploymentDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/**
 * Undoes a rollout from whatever state it failed in: blue's full weight first, then green goes.
 * @throws TargetsStillDrainingError, GroupStillThereError to be called again until green is gone, ReleaseLiveError when
 * green is what serves: its rollout had done all but say so
 */
export const rollBack = async (input: RollBackInput, deps: RollBackDeps): Promise<Failure> => {
  const { release, environment, executionArn } = input.rollout;
  const failure = readFailure(input.error, input.cause);
  const record = await deps.documents.read<EnvironmentRecord>(environmentKey(environment, release.app));
  if (record?.current?.releaseId === release.releaseId)
    throw new ReleaseLiveError(release.releaseId, environment);
  await removeDeployment(release, environment, deps);
  await releaseLease(environment, release.app, executionArn, deps);
  const { reason, message } = failure;
  deps.log.warn('rollout rolled back', {
    releaseId: release.releaseId,
    environment,
    reason,
    failure: message,
  });
  await deps.announce('rollout.rolled-back', { ...release, environment, ...failure });
  return failure;
};
