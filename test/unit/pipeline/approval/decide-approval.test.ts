import { beforeEach, describe, expect, test } from '@jest/globals';
import { releaseKey } from '#pipeline/release/release-record';
import {
  approvalWorld,
  aReleaseRecord,
  aRule,
  aServing,
  executionOf,
  PROD,
} from '#test/helpers/approval-world';
import { anImage, aRecord, aRelease } from '#test/helpers/pipeline-fixtures';

let world: ReturnType<typeof approvalWorld>;

beforeEach(() => {
  world = approvalWorld();
});

const rule = (more: Partial<typeof aRule>) => approvalWorld({ approval: { ...aRule, ...more } });

describe('A05 the first decision wins, exactly once', () => {
  test('an approval lets the execution go on with who approved', async () => {
    const id = await world.ask(2);
    expect(await world.decide(id, 'approve', 'U1', { userName: 'ann' })).toEqual({ outcome: 'approved' });
    expect(world.executions.told).toEqual([{ executionArn: executionOf(2), approvedBy: ['ann'] }]);
    expect(world.approval(id)).toMatchObject({ status: 'approved', resumedAt: expect.any(String) });
    expect(world.approval(id)).not.toHaveProperty('tellingSince');
    expect(world.record()).not.toHaveProperty('pendingApproval');
    expect(world.news).toEqual([
      [
        'approval.granted',
        expect.objectContaining({ approvalId: id, environment: 'prod', user: 'U1', via: 'slack' }),
      ],
    ]);
  });

  test('a rejection ends it, with the reason', async () => {
    const id = await world.ask(2);
    expect(await world.decide(id, 'reject', 'U1', { comment: 'not on a Friday' })).toEqual({
      outcome: 'rejected',
    });
    expect(world.executions.told).toMatchObject([
      { error: 'ApprovalRejected', cause: expect.stringContaining('U1 rejected it: not on a Friday') },
    ]);
    expect(world.names()).toEqual(['approval.rejected']);
  });

  test('a double click has the effect of one', async () => {
    const id = await world.ask(2);
    const outcomes = await Promise.all([world.decide(id), world.decide(id)]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['approved', 'repeated']);
    expect(world.executions.calls).toBe(1);
    expect(world.approval(id)).toMatchObject({ refused: [], decisions: [{ user: 'U1' }] });
  });

  test('a rejection after an approval is refused and says whose it was', async () => {
    const id = await world.ask(2);
    await world.decide(id, 'approve', 'U1', { userName: 'ann' });
    expect(await world.decide(id, 'reject', 'U2')).toEqual({
      outcome: 'refused',
      reason: 'already approved by ann',
    });
    expect(world.executions.calls).toBe(1);
    expect(world.approval(id)).toMatchObject({ status: 'approved', refused: [{ user: 'U2' }] });
    expect(world.names()).toEqual(['approval.granted', 'approval.refused']);
  });

  test.each([1, 2, 3])(
    'of two people at the same millisecond one wins (write %s loses its race)',
    async (nth) => {
      const id = await world.ask(2);
      let writes = 0;
      let other: Promise<unknown> = Promise.resolve();
      world.documents.onWrite = () => {
        writes += 1;
        if (writes === nth) other = world.decide(id, 'reject', 'U2');
      };
      await world.decide(id, 'approve', 'U1');
      await other;
      expect(world.executions.calls).toBe(1);
      expect(world.executions.told).toHaveLength(1);
      const { status, decisions, refused } = world.approval(id);
      expect([decisions.length, refused.length]).toEqual([1, 1]);
      expect(status).toBe(decisions[0]?.decision === 'approve' ? 'approved' : 'rejected');
      expect(world.executions.told[0]?.error === undefined).toBe(status === 'approved');
    },
  );

  test('n of m: the last of the needed approvals decides, one rejection rejects', async () => {
    world = rule({ approvers: 2 });
    const id = await world.ask(2);
    expect(await world.decide(id, 'approve', 'U1')).toEqual({ outcome: 'counted' });
    expect(world.executions.calls).toBe(0);
    expect(world.news).toEqual([['approval.counted', expect.objectContaining({ approvals: 1, needed: 2 })]]);
    expect(await world.decide(id, 'approve', 'U1')).toMatchObject({ outcome: 'refused' });
    expect(await world.decide(id, 'approve', 'U2')).toEqual({ outcome: 'approved' });
    expect(world.executions.told).toMatchObject([{ approvedBy: ['U1', 'U2'] }]);

    const other = await world.ask(3);
    await world.decide(other, 'approve', 'U1');
    expect(await world.decide(other, 'reject', 'U1')).toEqual({ outcome: 'rejected' });
  });
});

describe('A06 who may not decide', () => {
  const source = { author: 'Ann Lee <ann@example.org>', user: 'arn:aws:iam::1:user/ann' };

  test('is refused, told why, and kept on record', async () => {
    world = rule({ users: ['U1', 'bob'] });
    const id = await world.ask(2);
    const refused = await world.decide(id, 'approve', 'U9', { userName: 'eve' });
    expect(refused).toEqual({ outcome: 'refused', reason: "eve may not decide on 'prod': U1, bob may" });
    expect(world.approval(id)).toMatchObject({
      status: 'pending',
      decisions: [],
      refused: [{ user: 'U9', reason: refused.reason }],
    });
    expect(world.executions.calls).toBe(0);
    expect(world.news).toEqual([
      ['approval.refused', expect.objectContaining({ user: 'U9', via: 'slack', reason: refused.reason })],
    ]);
    expect(await world.decide(id, 'reject', 'U9')).toMatchObject({ outcome: 'refused' });
  });

  test.each([
    ['ARN:AWS:IAM::1:USER/ANN', undefined],
    ['U1', 'Ann'],
    ['arn:aws:sts::1:assumed-role/Dev/ann@example.org', undefined],
  ])('includes the requester, in whatever spelling: %s %s', async (user, userName) => {
    world = rule({ requesterMayApprove: false });
    world.documents.all.set(releaseKey(aRelease(2)), aReleaseRecord(2, { source }));
    const id = await world.ask(2);
    const more = userName === undefined ? {} : { userName };
    expect(await world.decide(id, 'approve', user, more)).toMatchObject({ outcome: 'refused' });
    expect(await world.decide(id, 'approve', 'U2', { userName: 'bob' })).toEqual({ outcome: 'approved' });
  });

  test('the requester may approve where the rule says so, and reject anywhere', async () => {
    world.documents.all.set(releaseKey(aRelease(2)), aReleaseRecord(2, { source }));
    expect(await world.decide(await world.ask(2), 'approve', source.user)).toEqual({ outcome: 'approved' });
    world = rule({ requesterMayApprove: false });
    const id = await world.ask(2, { trigger: 'promotion', requestedBy: 'U7' });
    expect(await world.decide(id, 'approve', 'U7')).toMatchObject({ outcome: 'refused' });
    expect(await world.decide(id, 'reject', 'U7')).toEqual({ outcome: 'rejected' });
  });

  test('includes who left the list after it was asked: the rule is part of the plan', async () => {
    world = rule({ users: ['U1', 'U2'] });
    const id = await world.ask(2);
    world.redeploy({ approval: { ...aRule, users: ['U2'] } });
    expect(await world.decide(id, 'approve', 'U1')).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('approval rule'),
    });
    expect(world.executions.told).toMatchObject([{ error: 'PlanChanged' }]);
  });

  test('an approval that nobody asked for is refused', async () => {
    expect(await world.decide('00000000000000000000')).toMatchObject({ outcome: 'refused' });
    expect(world.names()).toEqual(['approval.refused']);
  });
});

describe('A07 a decision that comes too late', () => {
  test('after StopExecution is refused, and the approval closed', async () => {
    const id = await world.ask(2);
    world.executions.stop(executionOf(2));
    expect(await world.decide(id)).toEqual({ outcome: 'refused', reason: 'the rollout ended before' });
    expect(world.approval(id)).toMatchObject({
      status: 'expired',
      decisions: [],
      refused: [{ user: 'U1', reason: 'the rollout ended before' }],
    });
    expect(world.executions.told).toEqual([]);
    expect(world.names()).toEqual(['approval.refused', 'approval.closed']);
    expect(world.record()).not.toHaveProperty('pendingApproval');
  });

  test('after the time-out is refused, though the execution still runs to clean up', async () => {
    const id = await world.ask(2);
    world.executions.timeOut(executionOf(2));
    expect(await world.decide(id)).toMatchObject({ outcome: 'refused' });
    expect(world.approval(id).status).toBe('expired');
  });

  test('for the token of an earlier attempt waits for the newer one', async () => {
    const id = await world.ask(2);
    world.executions.timeOut(executionOf(2));
    world.executions.waits(executionOf(2), 'token-2b');
    expect(await world.decide(id)).toEqual({ outcome: 'approved' });
    expect(world.executions.told).toEqual([]);
    await world.store(2, id, 'token-2b', '2026-02-01T00:00:09Z');
    expect(world.executions.told).toMatchObject([{ approvedBy: ['U1'] }]);
    expect(world.names()).toEqual(['approval.granted']);
  });

  test.each([
    [0, 'approved'],
    [1, 'refused'],
  ])(
    'K05 an approval expires exactly at its end: %s ms after the last moment it is %s',
    async (late, outcome) => {
      const id = await world.ask(2);
      world.advance(3_600_000 - 1 + late);
      expect(await world.decide(id)).toMatchObject({ outcome });
      expect(world.approval(id).status).toBe(late === 0 ? 'approved' : 'expired');
    },
  );
});

describe('A08 a plan that changed after it was shown', () => {
  test.each([
    [
      'another release serves',
      () => world.documents.all.set(PROD, { ...world.record(), current: aServing(3) }),
      '3.0.0 serves',
    ],
    [
      'another configuration serves',
      () => world.documents.all.set(PROD, { ...world.record(), current: aServing(1, { A: '1' }) }),
      'configuration',
    ],
    [
      'nothing serves any more',
      () => world.documents.all.set(PROD, aRecord({ environment: 'prod' })),
      'nothing serves',
    ],
    [
      'the environment was configured anew',
      () => world.redeploy({ parameters: { GREETING: 'hi' } }),
      'configuration',
    ],
    ['the environment is gone', () => world.redeploy({ name: 'stage' }), 'no longer configured'],
    [
      'the image is another',
      () =>
        world.documents.all.set(
          releaseKey(aRelease(2)),
          aReleaseRecord(2, { image: anImage(2, { digest: 'sha256:x' }) }),
        ),
      'image',
    ],
  ])('is not approved when %s: the rollout plans anew', async (_what, change, reason) => {
    const id = await world.ask(2);
    change();
    expect(await world.decide(id)).toEqual({ outcome: 'refused', reason: expect.stringContaining(reason) });
    expect(world.approval(id)).toMatchObject({ status: 'stale', decisions: [] });
    expect(world.executions.told).toMatchObject([{ error: 'PlanChanged' }]);
    expect(world.names()).toEqual(['approval.refused', 'approval.closed']);
  });

  test('a decision on a plan that was never shown changes nothing', async () => {
    const id = await world.ask(2);
    expect(await world.decide(id, 'approve', 'U1', { planDigest: '0'.repeat(16) })).toMatchObject({
      outcome: 'refused',
    });
    expect(world.approval(id).status).toBe('pending');
    expect(world.executions.calls).toBe(0);
  });

  test('a configuration that came with the request does not follow the environment', async () => {
    const configuration = { digest: 'pinned', parameters: { A: '1' } };
    const id = await world.ask(2, { trigger: 'promotion', configuration });
    world.redeploy({ parameters: { GREETING: 'hi' } });
    expect(await world.decide(id)).toEqual({ outcome: 'approved' });
  });
});
