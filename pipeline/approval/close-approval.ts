import type { Announce } from '../announce.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { announceClosed } from './announce-outcome.ts';
import { approvalKey } from './approval-record.ts';
import type { ApprovalRecord } from './approval-record.ts';
import { clearPending } from './clear-pending.ts';

export interface CloseApprovalInput {
  readonly app: string;
  readonly environment: string;
  readonly executionArn: string;
  /** For people: why nothing is to be decided any more. */
  readonly reason: string;
  /** If known; otherwise the one that the environment's record names. */
  readonly approvalId?: string | undefined;
}

export interface CloseApprovalDeps extends EnvironmentRecordDeps {
  readonly announce: Announce;
}

/** Closes what an execution still waited for when it ended: nobody decided in time, or it was aborted. */
export const closeApproval = async (
  { app, environment, executionArn, reason, approvalId }: CloseApprovalInput,
  deps: CloseApprovalDeps,
): Promise<void> => {
  const { pendingApproval } = await readEnvironmentRecord(environment, app, deps);
  const id = approvalId ?? pendingApproval?.approvalId;
  if (id === undefined) return;
  let closed: ApprovalRecord | undefined;
  const found = await deps.documents.update<ApprovalRecord>(
    approvalKey({ app, approvalId: id }),
    (record) => {
      closed = undefined;
      if (record?.executionArn !== executionArn || record.status !== 'pending') return undefined;
      const at = deps.clock.now().toISOString();
      // The execution has ended its wait by itself: there is nobody to tell.
      closed = { ...record, status: 'expired', resumedAt: at, updatedAt: at };
      return closed;
    },
  );
  if (closed !== undefined) await announceClosed(closed, reason, deps.announce);
  if (found?.executionArn === executionArn && found.status !== 'pending') await clearPending(found, deps);
};
