import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';

type Decided = StateEntry & { readonly fact: 'approval.decided' };
type Started = StateEntry & { readonly fact: 'rollout.started' };

const problems = (decision: Decided, rollout: Started): readonly string[] => {
  const { user, author, approvers, fourEyes, planDigest, release, approval } = decision;
  return [
    ...unless(approvers.includes(user), () => `'${user}' decided '${approval}' and is no approver`),
    ...unless(!fourEyes || user !== author, () => `'${user}' approved their own '${release}'`),
    ...unless(
      planDigest === rollout.planDigest,
      () => `'${approval}' is of plan '${planDigest}', '${rollout.execution}' has '${rollout.planDigest}'`,
    ),
    ...unless(
      release === rollout.release,
      () => `'${approval}' is of '${release}', '${rollout.execution}' rolls out '${rollout.release}'`,
    ),
  ];
};

/** I9: where people must approve, a rollout has one valid approval of exactly what it does, used once. */
export const approved: Invariant = {
  id: 'I9',
  begin: (): Look => {
    const decisions = new Map<string, Decided[]>();
    const closed = new Set<string>();
    const used = new Map<string, string>();

    const start = (entry: Started, needed: boolean): readonly string[] => {
      const { approval, execution } = entry;
      if (approval === undefined)
        return unless(!needed || entry.trigger === 'rollback', () => `'${execution}' began without approval`);
      const all = decisions.get(approval) ?? [];
      const approvals = all.filter(({ decision }) => decision === 'approve');
      const earlier = used.get(approval);
      used.set(approval, execution);
      return [
        ...unless(approvals.length > 0, () => `'${execution}' began though nobody approved '${approval}'`),
        ...unless(
          all.length === approvals.length,
          () => `'${execution}' began though '${approval}' was rejected`,
        ),
        ...unless(!closed.has(approval), () => `'${execution}' began though '${approval}' was closed`),
        ...unless(
          earlier === undefined || earlier === execution,
          () => `'${approval}' was used by '${earlier}' and by '${execution}'`,
        ),
        ...approvals.flatMap((decision) => problems(decision, entry)),
      ];
    };

    return (entry, before) => {
      switch (entry.fact) {
        case 'approval.decided':
          decisions.set(entry.approval, [...(decisions.get(entry.approval) ?? []), entry]);
          return fine;
        case 'approval.closed':
          closed.add(entry.approval);
          return fine;
        case 'rollout.started':
          return start(entry, before.policies.get(entry.environment)?.policy.needsApproval === true);
        default:
          return fine;
      }
    };
  },
};
