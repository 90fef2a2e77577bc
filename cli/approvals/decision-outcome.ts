import { closedReason } from '#pipeline/approval/check-decision';
import type { Decision } from '#pipeline/approval/approval-record';
import type { ShownApproval } from './read-approvals.ts';

/** What became of a decision. */
export type DecisionOutcome =
  /** It counts; `final` when it was the last one needed and the rollout was told. */
  | { readonly kind: 'counted'; readonly final: boolean }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing came of it, since the approval was closed in another way. */
  | { readonly kind: 'closed'; readonly reason: string };

/**
 * What became of a decision, from the approval as it was before it was sent and as it is now; undefined while nothing
 * has happened to it, or while the rollout was not told: until then a decision is taken back if the rollout has ended.
 */
export const decisionOutcome = (
  before: ShownApproval,
  now: ShownApproval,
  mine: Pick<Decision, 'decision' | 'user'>,
): DecisionOutcome | undefined => {
  const isMine = (other: Decision): boolean => other.user === mine.user && other.decision === mine.decision;
  const refused = now.refused.slice(before.refused.length).find(isMine);
  if (refused !== undefined) return { kind: 'refused', reason: refused.reason };
  const counts = now.decisions.slice(before.decisions.length).some(isMine);
  if (now.status === 'pending') return counts ? { kind: 'counted', final: false } : undefined;
  const isDecided = now.status === 'approved' || now.status === 'rejected';
  if (isDecided && now.resumedAt === undefined) return undefined;
  return counts && isDecided
    ? { kind: 'counted', final: true }
    : { kind: 'closed', reason: closedReason(now) };
};
