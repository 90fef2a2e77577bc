import { describe, expect, test } from '@jest/globals';
import { decisionOutcome } from '#cli/approvals/decision-outcome';
import { aDecision, anApproval } from '#test/helpers/cli-fixtures';

const mine = aDecision();
const anothers = aDecision({ user: 'U1', userName: 'Cleo', via: 'slack' });

describe('decisionOutcome', () => {
  test('is open while nothing happened to the approval', () => {
    expect(decisionOutcome(anApproval(), anApproval(), mine)).toBeUndefined();
  });

  test.each([
    ['the last that was needed', 'approved' as const, true],
    ['one of several', 'pending' as const, false],
  ])('counts a decision: %s', (_what, status, final) => {
    const now = anApproval({ status, decisions: [mine] });
    expect(decisionOutcome(anApproval(), now, mine)).toEqual({ kind: 'counted', final });
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
    const now = anApproval({ status, decisions: [anothers] });
    expect(decisionOutcome(anApproval(), now, mine)).toEqual({ kind: 'closed', reason });
  });
});
