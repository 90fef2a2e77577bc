import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Announce } from '../announce.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { NothingToRollBackToError } from '../errors.ts';
import type { Configuration, Deployment, EnvironmentRecord, Lease } from '../model.ts';
import { findImage, isAvailable } from '../rollout/check-image.ts';
import { updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { isRunning } from '../rollout/is-running.ts';
import { isDisruption } from '../rollout/lease.ts';
import type { Retirement } from '../rollout/retire-deployment.ts';
import { markRetiring } from '../rollout/retiring.ts';

/** Input of the state machine, and who runs it. */
export interface RollbackRequest {
  readonly app: string;
  readonly environment: string;
  readonly requestedBy: string;
  readonly executionArn: string;
}

/**
 * How the environment goes back: `abort` undoes the rollout that is under way, or what is left of one that was killed;
 * `flip` gives the traffic back to machines that are kept warm, `rollout` launches what served well before, with its
 * configuration.
 */
export type RollbackPlan =
  | {
      readonly kind: 'abort' | 'flip';
      readonly from: string;
      readonly to: string | null;
      /** Of the machines of a rollout that was killed and cannot undo itself. */
      readonly retirement?: Retirement;
    }
  | {
      readonly kind: 'rollout';
      readonly from: string;
      readonly to: string;
      readonly configuration: Configuration;
    };

export interface PlanRollbackDeps extends EnvironmentRecordDeps {
  readonly ec2: EC2Client;
  readonly states: SFNClient;
  readonly announce: Announce;
}

/** Asks the rollout under way to be undone, or notes that one that was killed after it began is. */
const abort = async (request: RollbackRequest, deps: PlanRollbackDeps): Promise<EnvironmentRecord> =>
  updateEnvironment(request.environment, request.app, deps, async (record) => {
    const { lease, progress } = record;
    // Recycling and chaos make way by themselves for the rollout or the flip that comes.
    if (lease === undefined || lease.trigger === 'flip' || isDisruption(lease)) return undefined;
    if (lease.abort !== undefined) return undefined;
    const runs = await isRunning(lease.executionArn, deps.states);
    // Killed before it had any machines: what people see and want undone is what serves.
    if (!runs && progress === undefined) return undefined;
    const wish = { by: request.requestedBy, at: deps.clock.now().toISOString() };
    return { ...(runs ? record : markRetiring(record, lease)), lease: { ...lease, abort: wish } };
  });

/** The lease stays until the machines are gone, so that a repeated attempt finds the same. */
const abortPlan = async (
  { app, environment }: RollbackRequest,
  lease: Lease,
  to: string | null,
  deps: PlanRollbackDeps,
): Promise<RollbackPlan> => {
  const { releaseId: from, configurationDigest } = lease;
  if (await isRunning(lease.executionArn, deps.states)) return { kind: 'abort', from, to };
  const deployment = { releaseId: from, configurationDigest };
  const at = deps.clock.now().toISOString();
  return { kind: 'abort', from, to, retirement: { app, environment, deployment, at } };
};

/** The last that served well and whose image is still there. */
const lastKnownGood = async (
  record: EnvironmentRecord,
  deps: PlanRollbackDeps,
): Promise<Deployment | undefined> => {
  for (const deployment of record.previous ?? []) {
    if (isAvailable(await findImage(deployment.imageId, deps.ec2))) return deployment;
  }
  return undefined;
};

/**
 * Decides how an app goes back in an environment; a rollout under way is told to undo itself.
 * @throws NothingToRollBackToError
 */
export const planRollback = async (
  request: RollbackRequest,
  deps: PlanRollbackDeps,
): Promise<RollbackPlan> => {
  const { app, requestedBy } = request;
  const environment = await readEnvironment(request.environment, deps.documents);
  const record = await abort(request, deps);
  const { current, lease, warm, previous = [] } = record;
  await deps.announce('rollback.requested', { app, environment: environment.name, by: requestedBy });
  if (lease?.abort !== undefined && !isDisruption(lease))
    return abortPlan(request, lease, current?.releaseId ?? null, deps);
  if (current === undefined) throw new NothingToRollBackToError(app, environment.name, 'nothing serves');
  if (warm !== undefined && Date.parse(warm.until) > deps.clock.now().getTime())
    return { kind: 'flip', from: current.releaseId, to: warm.deployment.releaseId };
  const good = await lastKnownGood(record, deps);
  if (good === undefined) {
    const finding =
      previous.length === 0
        ? `'${current.releaseId}' is its first release`
        : `the images of all ${previous.length} earlier releases are gone`;
    throw new NothingToRollBackToError(app, environment.name, finding);
  }
  return {
    kind: 'rollout',
    from: current.releaseId,
    to: good.releaseId,
    configuration: good.configuration,
  };
};
