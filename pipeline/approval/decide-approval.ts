import { announceCounted, announceRefusal } from './announce-outcome.ts';
import { approvalKey } from './approval-record.ts';
import type { ApprovalDecided, ApprovalRecord, Decision } from './approval-record.ts';
import { checkDecision } from './check-decision.ts';
import { planChange } from './plan-change.ts';
import { resumeRollout } from './resume-rollout.ts';
import type { ResumeRolloutDeps } from './resume-rollout.ts';

/** What became of a decision. */
export interface DecideApprovalOutput {
  /** `counted`: more people must approve; `repeated`: it was said before and changes nothing. */
  readonly outcome: 'counted' | 'approved' | 'rejected' | 'refused' | 'repeated';
  readonly reason?: string;
}

type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'refuse' | 'expire' | 'stale'; readonly reason: string };

const judge = async (
  record: ApprovalRecord,
  decision: Decision,
  shown: ApprovalDecided,
  deps: ResumeRolloutDeps,
): Promise<Verdict> => {
  const check = checkDecision(record, decision, shown);
  if (check.kind !== 'accept') return check;
  const reason = await planChange(record, deps);
  return reason === undefined ? check : { kind: 'stale', reason };
};

const accept = (record: ApprovalRecord, decision: Decision): ApprovalRecord => {
  const decisions = [...record.decisions, decision];
  if (decision.decision === 'reject') return { ...record, decisions, status: 'rejected' };
  return decisions.length < record.rule.approvers
    ? { ...record, decisions }
    : { ...record, decisions, status: 'approved' };
};

const apply = (record: ApprovalRecord, decision: Decision, verdict: Verdict): ApprovalRecord => {
  if (verdict.kind === 'accept') return accept(record, decision);
  if (verdict.kind === 'repeated') return record;
  const refused = [...record.refused, { ...decision, reason: verdict.reason }];
  if (verdict.kind === 'expire') return { ...record, refused, status: 'expired' };
  return verdict.kind === 'stale' ? { ...record, refused, status: 'stale' } : { ...record, refused };
};

const outputOf = (
  verdict: Verdict,
  record: ApprovalRecord | undefined,
  decision: Decision,
): DecideApprovalOutput => {
  if (verdict.kind === 'repeated') return { outcome: 'repeated' };
  if (verdict.kind !== 'accept') return { outcome: 'refused', reason: verdict.reason };
  if (record === undefined || record.status === 'pending') return { outcome: 'counted' };
  const isKept = record.status === (decision.decision === 'approve' ? 'approved' : 'rejected');
  if (isKept) return { outcome: record.status === 'approved' ? 'approved' : 'rejected' };
  const reason = record.refused.at(-1)?.reason;
  return { outcome: 'refused', ...(reason === undefined ? {} : { reason }) };
};

/**
 * Takes somebody's decision on an approval: the first one that decides wins, by compare-and-swap, and the execution is
 * told once. Everything else is refused with a reason for people, and kept. A decision that is delivered again after a
 * crash finishes what the first delivery began.
 */
export const decideApproval = async (
  decided: ApprovalDecided,
  deps: ResumeRolloutDeps,
): Promise<DecideApprovalOutput> => {
  const { approvalId, app, planDigest: _shown, ...said } = decided;
  const decision: Decision = { ...said, at: deps.clock.now().toISOString() };
  let verdict = { kind: 'refuse', reason: `there is no approval '${approvalId}' of '${app}'` } as Verdict;
  const found = await deps.documents.update<ApprovalRecord>(approvalKey(decided), async (record) => {
    if (record === undefined) return undefined;
    verdict = await judge(record, decision, decided, deps);
    const next = apply(record, decision, verdict);
    return next === record ? undefined : { ...next, updatedAt: decision.at };
  });
  deps.log.info('decision judged', {
    approvalId,
    app,
    decision: decision.decision,
    via: decision.via,
    verdict: verdict.kind,
  });
  if ('reason' in verdict)
    await announceRefusal(found ?? { approvalId, app }, decision, verdict.reason, deps.announce);
  if (found === undefined) return outputOf(verdict, found, decision);
  if (found.status === 'pending') {
    if (verdict.kind === 'accept') await announceCounted(found, decision, deps.announce);
    return outputOf(verdict, found, decision);
  }
  const resumed = await resumeRollout(decided, deps);
  return outputOf(verdict, resumed ?? found, decision);
};
