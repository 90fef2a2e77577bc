import { createHash } from 'node:crypto';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { ReleaseSupersededError } from '../errors.ts';
import type { Deployment, EnvironmentRecord, ReleaseRecord, RolloutPlan } from '../model.ts';
import { dropOrderOf, isOlderDrop } from '../release/drop-order.ts';
import { configurationOf } from '../rollout/configuration.ts';
import { readEnvironmentRecord, updateEnvironment } from '../rollout/environment-record.ts';
import { approvalKey } from './approval-record.ts';
import type { ApprovalRecord } from './approval-record.ts';
import { collectEvidence } from './collect-evidence.ts';
import type { CollectEvidenceDeps } from './collect-evidence.ts';
import type { ResumeRolloutDeps } from './resume-rollout.ts';
import { isStillWaiting, supersedeApproval } from './supersede-approval.ts';

export interface RequestApprovalInput {
  readonly plan: Omit<RolloutPlan, 'approval'>;
  readonly environment: DeployedEnvironment;
  readonly release: ReleaseRecord;
  /** What serves now. */
  readonly current?: Deployment | undefined;
}

export interface RequestApprovalDeps extends ResumeRolloutDeps, CollectEvidenceDeps {}

type Approval = NonNullable<RolloutPlan['approval']>;
type Pending = NonNullable<EnvironmentRecord['pendingApproval']>;

const approvalIdOf = (executionArn: string, planDigest: string, round: number): string =>
  createHash('sha256').update(`${executionArn}\n${planDigest}\n${round}`).digest('hex').slice(0, 20);

const newRecord = async (
  { plan, environment, release, current }: RequestApprovalInput,
  approvalId: string,
  deps: RequestApprovalDeps,
): Promise<ApprovalRecord> => {
  const { approval: rule } = environment;
  if (rule === undefined) throw new Error(`environment '${environment.name}' needs no approval`);
  const evidence = await collectEvidence({ plan, release, current }, deps);
  const now = deps.clock.now();
  const isPinned = plan.configuration.digest !== configurationOf(environment.parameters).digest;
  const requesters = [release.source?.user, release.source?.author, plan.requestedBy];
  return {
    approvalId,
    app: plan.release.app,
    environment: environment.name,
    releaseId: plan.release.releaseId,
    version: plan.release.version,
    executionArn: plan.executionArn,
    planDigest: plan.planDigest,
    status: 'pending',
    rule,
    requesters: [...new Set(requesters.filter((requester) => requester !== undefined))],
    requestedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + rule.expiryMinutes * 60_000).toISOString(),
    updatedAt: now.toISOString(),
    evidence,
    decisions: [],
    refused: [],
    ...(isPinned ? { pinnedConfiguration: plan.configuration.digest } : {}),
  };
};

/** An approval lets a plan in once; a plan that comes back later is asked anew. */
const isSpent = ({ status, resumedAt }: ApprovalRecord): boolean =>
  status === 'stale' || (status === 'approved' && resumedAt !== undefined);

/** The document of this plan: a repeated call finds its own. */
const openRecord = async (
  input: RequestApprovalInput,
  deps: RequestApprovalDeps,
): Promise<ApprovalRecord> => {
  const { plan } = input;
  for (let round = 0; ; round += 1) {
    const approvalId = approvalIdOf(plan.executionArn, plan.planDigest, round);
    const key = approvalKey({ app: plan.release.app, approvalId });
    let found = await deps.documents.read<ApprovalRecord>(key);
    if (found === undefined) {
      const record = await newRecord(input, approvalId, deps);
      if (await deps.documents.create(key, record)) return record;
      found = await deps.documents.read<ApprovalRecord>(key);
    }
    if (found !== undefined && !isSpent(found)) return found;
  }
};

/** @throws ReleaseSupersededError while a newer drop waits for its approval; only a person's wish goes before it */
const refuseOlder = async (
  { release, trigger }: Pick<RolloutPlan, 'release' | 'trigger'>,
  pending: Pending | undefined,
  deps: RequestApprovalDeps,
): Promise<void> => {
  if (pending === undefined || trigger === 'rollback' || !isOlderDrop(release, pending)) return;
  if (await isStillWaiting({ app: release.app, approvalId: pending.approvalId }, deps))
    throw new ReleaseSupersededError(release.releaseId, pending.releaseId);
};

/**
 * Asks people to let a release into an environment: records the approval with its evidence, once for an execution and
 * plan, as the one that is pending there. An older one is closed and its rollout ends.
 * @throws ReleaseSupersededError when a newer drop waits for approval already
 */
export const requestApproval = async (
  input: RequestApprovalInput,
  deps: RequestApprovalDeps,
): Promise<Approval> => {
  const { plan, environment } = input;
  const { app } = plan.release;
  const { pendingApproval } = await readEnvironmentRecord(environment.name, app, deps);
  await refuseOlder(plan, pendingApproval, deps);
  const record = await openRecord(input, deps);
  const { approvalId } = record;
  if (record.status === 'superseded')
    throw new ReleaseSupersededError(record.releaseId, record.supersededBy ?? 'a newer release');

  let replaced: Pending | undefined;
  try {
    await updateEnvironment(environment.name, app, deps, async (found) => {
      replaced = found.pendingApproval;
      if (replaced?.approvalId === approvalId || record.status !== 'pending') return undefined;
      await refuseOlder(plan, replaced, deps);
      return { ...found, pendingApproval: { approvalId, ...dropOrderOf(plan.release) } };
    });
  } catch (error) {
    if (error instanceof ReleaseSupersededError && replaced !== undefined)
      await supersedeApproval(record, { releaseId: replaced.releaseId }, deps);
    throw error;
  }
  if (replaced !== undefined && replaced.approvalId !== approvalId)
    await supersedeApproval({ app, approvalId: replaced.approvalId }, record, deps);
  const seconds = Math.ceil((Date.parse(record.expiresAt) - deps.clock.now().getTime()) / 1000);
  return { approvalId, expirySeconds: Math.max(1, seconds) };
};
