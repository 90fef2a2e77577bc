import { isRunning } from '../rollout/is-running.ts';
import { approvalKey } from './approval-record.ts';
import type { ApprovalRecord } from './approval-record.ts';
import { closeApproval } from './close-approval.ts';
import { resumeRollout } from './resume-rollout.ts';
import type { ResumeRolloutDeps } from './resume-rollout.ts';

type ApprovalId = Pick<ApprovalRecord, 'app' | 'approvalId'>;

/** Whether an approval still waits for people; one whose execution was stopped no longer does, and is closed. */
export const isStillWaiting = async (id: ApprovalId, deps: ResumeRolloutDeps): Promise<boolean> => {
  const record = await deps.documents.read<ApprovalRecord>(approvalKey(id));
  if (record?.status !== 'pending') return false;
  if (await isRunning(record.executionArn, deps.states)) return true;
  await closeApproval({ ...record, reason: 'the rollout was stopped' }, deps);
  return false;
};

/**
 * Closes an older approval in favour of a newer one, and ends the rollout that waits for it. A rollout that plans anew
 * replaces its own request: there is nobody to tell.
 */
export const supersedeApproval = async (
  id: ApprovalId,
  by: Pick<ApprovalRecord, 'releaseId'> & { readonly executionArn?: string },
  deps: ResumeRolloutDeps,
): Promise<void> => {
  const at = deps.clock.now().toISOString();
  await deps.documents.update<ApprovalRecord>(approvalKey(id), (record) => {
    if (record?.status !== 'pending') return undefined;
    return record.executionArn === by.executionArn
      ? { ...record, status: 'stale', resumedAt: at, updatedAt: at }
      : { ...record, status: 'superseded', supersededBy: by.releaseId, updatedAt: at };
  });
  await resumeRollout(id, deps);
};
