import { closeApproval } from '../approval/close-approval.ts';
import type { Announce } from '../announce.ts';
import { applySwitch } from '../environments/apply-switch.ts';
import type { ApplySwitchDeps } from '../environments/apply-switch.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { ReleaseLiveError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { DeploymentKey, EnvironmentStatus, RolloutPlan } from '../model.ts';
import { readFailure, statusFor } from '../release/failure.ts';
import type { Failure } from '../release/failure.ts';
import { recordInEnvironment } from '../release/release-record.ts';
import { isDeployment, keyOf } from './configuration.ts';
import { updateEnvironment } from './environment-record.ts';
import { releaseLease } from './lease.ts';
import { removeDeployment } from './remove-deployment.ts';
import type { RemoveDeploymentDeps } from './remove-deployment.ts';

/** What the state machine was asked for, and the plan if it came to one: its first state may have failed. */
export interface RollBackInput {
  readonly app: string;
  readonly releaseId: string;
  readonly environment: string;
  readonly executionArn: string;
  readonly plan?: Pick<RolloutPlan, 'configuration' | 'approval'> | null;
  readonly error: string;
  readonly cause: string;
}

export interface RollBackDeps extends RemoveDeploymentDeps, ApplySwitchDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/** How the release stands in the environment after this failure. */
const environmentStatus = (failure: Failure): EnvironmentStatus => {
  const status = statusFor(failure);
  return status === 'superseded' || status === 'rejected' ? status : 'rolled-back';
};

/** Without the lease nothing was made. @throws ReleaseLiveError */
const undo = async (
  key: DeploymentKey,
  failure: Failure,
  { app, environment: name, executionArn }: RollBackInput,
  deps: RollBackDeps,
): Promise<void> => {
  const record = await updateEnvironment(name, app, deps, ({ progress, ...found }) =>
    found.lease?.executionArn !== executionArn || progress === undefined || progress.phase === 'rolling-back'
      ? undefined
      : { ...found, progress: { ...progress, phase: 'rolling-back', note: failure.message } },
  );
  if (isDeployment(record.current, key)) throw new ReleaseLiveError(key.releaseId, name);
  if (record.lease?.executionArn !== executionArn) return;
  await removeDeployment(app, key, await readEnvironment(name, deps.documents), deps);
};

/**
 * Undoes a rollout from whatever state it failed in: blue's full weight first, then green goes; an approval that still
 * waits is closed.
 * @throws TargetsStillDrainingError, GroupStillThereError to be called again until green is gone, ReleaseLiveError when
 * green is what serves: its rollout had done all but say so
 */
export const rollBack = async (input: RollBackInput, deps: RollBackDeps): Promise<Failure> => {
  const { app, releaseId, environment, executionArn, plan } = input;
  const failure = readFailure(input.error, input.cause);
  if (plan !== undefined && plan !== null) {
    const key = keyOf({ releaseId, configuration: plan.configuration });
    await undo(key, failure, input, deps);
    const approvalId = plan.approval?.approvalId;
    await closeApproval({ app, environment, executionArn, reason: failure.message, approvalId }, deps);
    await releaseLease(environment, app, executionArn, deps);
    await applySwitch(app, environment, deps);
  }
  // What serves stays what it is.
  if (failure.reason === 'ReleaseAlreadyServes') return failure;
  const status = environmentStatus(failure);
  // Nobody else does where the rollout is a promotion; a drop's release says the same once more.
  const whole = { status: statusFor(failure), ...failure };
  await recordInEnvironment({ app, releaseId }, environment, { status, ...failure }, deps, whole);
  const { reason, message } = failure;
  deps.log.warn('rollout rolled back', { releaseId, environment, reason, failure: message });
  if (status === 'rolled-back')
    await deps.announce('rollout.rolled-back', { app, releaseId, environment, ...failure });
  return failure;
};
