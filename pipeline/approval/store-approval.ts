import { approvalKey } from './approval-record.ts';
import type { ApprovalRecord, ApprovalRequested } from './approval-record.ts';
import { resumeRollout } from './resume-rollout.ts';
import type { ResumeRolloutDeps } from './resume-rollout.ts';

/** The event `approval.requested`, with when it was put on the bus (ISO 8601). */
export interface StoreApprovalInput extends ApprovalRequested {
  readonly time: string;
}

/** Whether the token is newer than the kept one: events may come twice and out of order. */
const isNewer = ({ taskToken, tokenAt }: ApprovalRecord, input: StoreApprovalInput): boolean => {
  if (taskToken === undefined || tokenAt === undefined) return true;
  return taskToken !== input.taskToken && Date.parse(input.time) > Date.parse(tokenAt);
};

/**
 * Keeps the token that resumes the waiting execution in the approval's document, and nowhere else. Where people were
 * quicker than the event, the execution goes on at once.
 */
export const storeApproval = async (
  input: StoreApprovalInput,
  deps: ResumeRolloutDeps,
): Promise<{ readonly stored: boolean }> => {
  const { approvalId, app } = input;
  let stored = false;
  const found = await deps.documents.update<ApprovalRecord>(approvalKey(input), (record) => {
    stored = record !== undefined && record.resumedAt === undefined && isNewer(record, input);
    if (record === undefined || !stored) return undefined;
    const updatedAt = deps.clock.now().toISOString();
    return { ...record, taskToken: input.taskToken, tokenAt: input.time, updatedAt };
  });
  if (found === undefined) deps.log.warn('approval unknown', { approvalId, app });
  else if (found.status !== 'pending') await resumeRollout(input, deps);
  return { stored };
};
