import type { ApprovalDecided, ApprovalRecord, ApprovalStatus, Decision } from './approval-record.ts';
import { isRequester, isSamePerson, mayDecide, nameOf } from './people.ts';

/** What is to become of a decision, before the plan itself is looked at. */
export type DecisionCheck =
  | { readonly kind: 'accept' }
  /** The very same was said and counted already. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'expire' | 'refuse'; readonly reason: string };

/** Why nothing can be decided any more, for people. */
export const closedReason = (
  record: Pick<ApprovalRecord, 'status' | 'decisions' | 'expiresAt' | 'supersededBy'>,
): string => {
  const last = record.decisions.at(-1);
  const by = last === undefined ? '' : ` by ${nameOf(last)}`;
  const reasons: Record<ApprovalStatus, string> = {
    pending: 'still pending',
    approved: `already approved${by}`,
    rejected: `already rejected${by}`,
    expired: `closed: nobody decided before ${record.expiresAt}, or the rollout ended`,
    superseded: `superseded by '${record.supersededBy ?? 'a newer release'}'`,
    stale: 'what would be rolled out has changed: decide on the newer request',
  };
  return reasons[record.status];
};

const refuse = (reason: string): DecisionCheck => ({ kind: 'refuse', reason });

const checkPerson = (record: ApprovalRecord, decision: Decision): DecisionCheck => {
  const { rule } = record;
  if (!mayDecide(rule, decision)) {
    return refuse(
      `${nameOf(decision)} may not decide on '${record.environment}': ${rule.users.join(', ')} may`,
    );
  }
  if (decision.decision === 'reject') return { kind: 'accept' };
  if (!rule.requesterMayApprove && isRequester(record, decision)) {
    return refuse(`${nameOf(decision)} made or asked for this release, so somebody else must approve it`);
  }
  if (record.decisions.some((other) => isSamePerson(other, decision))) {
    const missing = rule.approvers - record.decisions.length;
    return refuse(`${nameOf(decision)} approved already: ${missing} more must be somebody else's`);
  }
  return { kind: 'accept' };
};

/**
 * Whether a decision counts, by the record alone. An approval can be decided from `requestedAt` until right before
 * `expiresAt`. Rejecting is open to everyone whom the rule lists, the requester and earlier approvers too.
 */
export const checkDecision = (
  record: ApprovalRecord,
  decision: Decision,
  shown: Pick<ApprovalDecided, 'planDigest'>,
): DecisionCheck => {
  if (record.status !== 'pending') {
    const repeats = ({ user, decision: earlier }: Decision): boolean =>
      user === decision.user && earlier === decision.decision;
    return record.decisions.some(repeats) ? { kind: 'repeated' } : refuse(closedReason(record));
  }
  if (shown.planDigest !== record.planDigest) {
    return refuse(`the decision is on plan '${shown.planDigest}', expected '${record.planDigest}'`);
  }
  if (Date.parse(decision.at) >= Date.parse(record.expiresAt)) {
    return { kind: 'expire', reason: `too late: it could be decided until ${record.expiresAt}` };
  }
  return checkPerson(record, decision);
};
