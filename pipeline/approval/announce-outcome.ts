import type { Announce } from '../announce.ts';
import type { ApprovalRecord, Decision } from './approval-record.ts';
import { closedReason } from './check-decision.ts';

type Facts = Pick<ApprovalRecord, 'approvalId' | 'app'> & Partial<ApprovalRecord>;
type Who = Pick<Decision, 'user' | 'userName' | 'via'>;

const detailOf = (record: Facts, who: Who | undefined): Record<string, unknown> => ({
  approvalId: record.approvalId,
  app: record.app,
  environment: record.environment,
  releaseId: record.releaseId,
  version: record.version,
  status: record.status,
  ...(who === undefined ? {} : { user: who.user, userName: who.userName, via: who.via }),
});

/** Announces that an approval was closed without a decision. */
export const announceClosed = async (
  record: ApprovalRecord,
  reason: string,
  announce: Announce,
): Promise<void> => {
  await announce('approval.closed', { ...detailOf(record, undefined), reason });
};

/** Announces how an approval ended; after a crash possibly twice. */
export const announceOutcome = async (record: ApprovalRecord, announce: Announce): Promise<void> => {
  const last = record.decisions.at(-1);
  const { comment } = last ?? {};
  if (record.status === 'approved') return announce('approval.granted', detailOf(record, last));
  if (record.status === 'rejected') {
    const reason = comment === undefined ? {} : { reason: comment };
    return announce('approval.rejected', { ...detailOf(record, last), ...reason });
  }
  return announceClosed(record, closedReason(record), announce);
};

/** Announces that one of several needed approvals is there. */
export const announceCounted = async (
  record: ApprovalRecord,
  decision: Decision,
  announce: Announce,
): Promise<void> => {
  const { length: approvals } = record.decisions;
  await announce('approval.counted', {
    ...detailOf(record, decision),
    approvals,
    needed: record.rule.approvers,
  });
};

/** Announces that somebody's decision was not accepted, and why. */
export const announceRefusal = async (
  record: Facts,
  decision: Decision,
  reason: string,
  announce: Announce,
): Promise<void> => {
  await announce('approval.refused', { ...detailOf(record, decision), reason });
};
