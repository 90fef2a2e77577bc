import { describe, expect, test } from '@jest/globals';
import { decisionOutcome } from '#cli/approvals/decision-outcome';
import { aDecision, anApproval, minutesAgo } from '#test/helpers/cli-fixtures';

const TOLD_AT = minutesAgo(0);
const mine = aDecision();
const anothers = aDecision({ user: 'U1', userName: 'Cleo', via: 'slack' });

describe('decisionOutcome', () => {
  test('is open while nothing happened to the approval', () => {
    expect(decisionOutcome(anApproval(), anApproval(), mine)).toBeUndefined();
  });

  test('counts a decision as one of several while more are needed', () => {
    const now = anApproval({ decisions: [mine] });
    expect(decisionOutcome(anApproval(), now, mine)).toEqual({ kind: 'counted', final: false });
  });

  describe.each([
    ['approve' as const, 'approved' as const],
    ['reject' as const, 'rejected' as const],
  ])('%s as the last that was needed', (decision, status) => {
    const said = { ...mine, decision };
    const decided = anApproval({ status, decisions: [said] });

    test('is open until the execution was told: it may have ended before', () => {
      expect(decisionOutcome(anApproval(), decided, said)).toBeUndefined();
    });

    test('is final once the execution was told', () => {
      const told = { ...decided, resumedAt: TOLD_AT };
      expect(decisionOutcome(anApproval(), told, said)).toEqual({ kind: 'counted', final: true });
    });

    test('is refused where the execution had ended', () => {
      const refused = [{ ...said, reason: 'the rollout ended before' }];
      const ended = anApproval({ status: 'expired', refused, resumedAt: TOLD_AT });
      expect(decisionOutcome(anApproval(), ended, said)).toEqual({
        kind: 'refused',
        reason: 'the rollout ended before',
      });
    });
  });

  test.each([
    ['superseded' as const, "superseded by 'hello-3'"],
    ['stale' as const, 'what would be rolled out has changed: decide on the newer request'],
    ['expired' as const, `closed: nobody decided before ${anApproval().expiresAt}, or the rollout ended`],
  ])('came to nothing where it was one of several and the approval ended as %s', (status, reason) => {
    const now = anApproval({ status, supersededBy: 'hello-3', decisions: [mine] });
    expect(decisionOutcome(anApproval(), now, mine)).toEqual({ kind: 'closed', reason });
  });

  test('gives the reason of a refusal, and not that of an earlier one', () => {
    const early = { ...mine, reason: 'too early' };
    const before = anApproval({ refused: [early] });
    expect(decisionOutcome(before, before, mine)).toBeUndefined();
    const now = anApproval({ refused: [early, { ...mine, reason: 'you asked for it yourself' }] });
    expect(decisionOutcome(before, now, mine)).toEqual({
      kind: 'refused',
      reason: 'you asked for it yourself',
    });
  });

  test("waits on when another's decision among several comes first", () => {
    expect(decisionOutcome(anApproval(), anApproval({ decisions: [anothers] }), mine)).toBeUndefined();
  });

  test.each([
    ['approved' as const, 'already approved by Cleo'],
    ['rejected' as const, 'already rejected by Cleo'],
    ['superseded' as const, "superseded by 'a newer release'"],
    ['stale' as const, 'what would be rolled out has changed: decide on the newer request'],
  ])('says who or what was first: %s', (status, reason) => {
    const now = anApproval({ status, decisions: [anothers], resumedAt: TOLD_AT });
    expect(decisionOutcome(anApproval(), now, mine)).toEqual({ kind: 'closed', reason });
  });

  test("is open while another's last word may still come to nothing", () => {
    const now = anApproval({ status: 'approved', decisions: [anothers] });
    expect(decisionOutcome(anApproval(), now, mine)).toBeUndefined();
  });
});
