import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Announce } from '../announce.ts';
import { planDigest } from '../approval/plan-digest.ts';
import { requestApproval } from '../approval/request-approval.ts';
import type { RequestApprovalDeps } from '../approval/request-approval.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { ReleaseAlreadyServesError, ReleaseNotReadyError, ReleaseSupersededError } from '../errors.ts';
import type {
  Configuration,
  EnvironmentRecord,
  Release,
  ReleaseRecord,
  RolloutPlan,
  RolloutTrigger,
} from '../model.ts';
import { isOlderDrop } from '../release/drop-order.ts';
import { recordInEnvironment, releaseKey } from '../release/release-record.ts';
import { checkImage } from './check-image.ts';
import { configurationOf, isDeployment, planKeyOf } from './configuration.ts';
import { readEnvironmentRecord } from './environment-record.ts';

/** Input of the state machine, and who runs it. */
export interface PlanRolloutInput {
  readonly app: string;
  readonly releaseId: string;
  readonly environment: string;
  readonly trigger: RolloutTrigger;
  readonly requestedBy?: string;
  /** What a rollback restores; otherwise what the environment gives now. */
  readonly configuration?: Configuration;
  readonly executionArn: string;
}

export interface PlanRolloutDeps extends RequestApprovalDeps {
  readonly ec2: EC2Client;
  readonly announce: Announce;
}

const readRelease = async (
  input: PlanRolloutInput,
  deps: PlanRolloutDeps,
): Promise<ReleaseRecord & Required<Pick<ReleaseRecord, 'image' | 'evidence'>>> => {
  const record = await deps.documents.read<ReleaseRecord>(releaseKey(input));
  if (record === undefined) throw new ReleaseNotReadyError(input.releaseId, 'there is no such release');
  const { image, evidence } = record;
  if (image === undefined || evidence === undefined)
    throw new ReleaseNotReadyError(input.releaseId, `it is '${record.status}' and was never smoke-tested`);
  return { ...record, image, evidence };
};

const toRelease = (record: ReleaseRecord): Release => ({
  releaseId: record.releaseId,
  app: record.app,
  version: record.version,
  bucket: record.bucket,
  key: record.key,
  versionId: record.versionId,
  droppedAt: record.droppedAt,
  ...(record.sequencer === undefined ? {} : { sequencer: record.sequencer }),
});

/** @throws ReleaseSupersededError when the environment has seen a newer drop, ReleaseAlreadyServesError */
export const checkOrder = (
  plan: Pick<RolloutPlan, 'release' | 'trigger' | 'configuration'>,
  record: EnvironmentRecord,
): void => {
  const { release, trigger } = plan;
  const { newestDrop } = record;
  if (trigger === 'drop' && newestDrop !== undefined && isOlderDrop(release, newestDrop))
    throw new ReleaseSupersededError(release.releaseId, newestDrop.releaseId);
  if (isDeployment(record.current, planKeyOf(plan)))
    throw new ReleaseAlreadyServesError(release.releaseId, record.environment);
};

/**
 * Decides what will be rolled out, before anything is made: which image, with which configuration, and whether people
 * must approve. Where they must, the approval is recorded with its evidence.
 * @throws ReleaseNotReadyError, DigestMismatchError, ReleaseSupersededError, ReleaseAlreadyServesError
 */
export const planRollout = async (
  input: PlanRolloutInput,
  deps: PlanRolloutDeps,
): Promise<{ readonly plan: RolloutPlan }> => {
  const environment = await readEnvironment(input.environment, deps.documents);
  const releaseRecord = await readRelease(input, deps);
  const { image, evidence } = releaseRecord;
  const record = await readEnvironmentRecord(environment.name, input.app, deps);
  const release = toRelease(releaseRecord);
  const configuration = input.configuration ?? configurationOf(environment.parameters);
  const unsigned = {
    release,
    image,
    environment: environment.name,
    executionArn: input.executionArn,
    trigger: input.trigger,
    ...(input.requestedBy === undefined ? {} : { requestedBy: input.requestedBy }),
    configuration,
  };
  checkOrder(unsigned, record);
  await checkImage(release, image, evidence, deps.ec2);
  const plan: RolloutPlan = { ...unsigned, planDigest: planDigest(unsigned, environment, record.current) };
  if (environment.approval === undefined || input.trigger === 'rollback') return { plan };
  const approval = await requestApproval(
    { plan, environment, release: releaseRecord, current: record.current },
    deps,
  );
  await recordInEnvironment(release, environment.name, { status: 'awaiting-approval' }, deps, {
    status: 'awaiting-approval',
  });
  return { plan: { ...plan, approval } };
};
