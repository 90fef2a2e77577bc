import { beforeEach, describe, expect, test } from '@jest/globals';
import { releaseKey } from '#pipeline/release/release-record';
import { approvalWorld, aReleaseRecord, aServing, executionOf, PROD } from '#test/helpers/approval-world';
import { aRelease } from '#test/helpers/pipeline-fixtures';

let world: ReturnType<typeof approvalWorld>;

beforeEach(() => {
  world = approvalWorld();
});

const approvals = (): string[] =>
  [...world.documents.all.keys()].filter((key) => key.startsWith('kiln/approvals/hello/'));

describe('requestApproval', () => {
  test('records what is asked, of whom, until when', async () => {
    const source = { author: 'Ann <ann@example.org>', user: 'arn:aws:iam::1:user/ann', commit: 'abc' };
    world.documents.all.set(releaseKey(aRelease(2)), aReleaseRecord(2, { source }));
    const { approvalId, expirySeconds } = await world.request(2, { trigger: 'promotion', requestedBy: 'U7' });
    expect(expirySeconds).toBe(3600);
    expect(approvalId).toMatch(/^[0-9a-f]{20}$/);
    expect(world.approval(approvalId)).toMatchObject({
      approvalId,
      status: 'pending',
      app: 'hello',
      environment: 'prod',
      releaseId: aRelease(2).releaseId,
      executionArn: executionOf(2),
      planDigest: world.plan(2).planDigest,
      requesters: [source.user, source.author, 'U7'],
      requestedAt: '2026-02-01T00:00:00.000Z',
      expiresAt: '2026-02-01T01:00:00.000Z',
      decisions: [],
      refused: [],
      evidence: { source, replaces: { version: '1.0.0' } },
    });
    expect(world.record().pendingApproval).toEqual({
      approvalId,
      releaseId: aRelease(2).releaseId,
      droppedAt: aRelease(2).droppedAt,
      key: aRelease(2).key,
    });
  });

  test('R16: a repeated call finds its own, and does not prolong it', async () => {
    const first = await world.request(2);
    world.advance(600_500);
    const kept = world.approval(first.approvalId);
    expect(await world.request(2)).toEqual({ approvalId: first.approvalId, expirySeconds: 3000 });
    expect(world.approval(first.approvalId)).toBe(kept);
    expect(approvals()).toHaveLength(1);
  });

  test('a repeated call after people decided changes nothing', async () => {
    const { approvalId } = await world.request(2);
    await world.decide(approvalId);
    expect(await world.request(2)).toMatchObject({ approvalId });
    expect(world.approval(approvalId).status).toBe('approved');
  });

  test.each([1, 2])(
    'is killed at write %s and called again: one approval, the environment names it',
    async (nth) => {
      let writes = 0;
      world.documents.onWrite = () => {
        writes += 1;
        if (writes === nth) throw new Error('killed');
      };
      await expect(world.request(2)).rejects.toThrow('killed');
      world.documents.onWrite = () => undefined;
      const { approvalId } = await world.request(2);
      expect(approvals()).toHaveLength(1);
      expect(world.record().pendingApproval?.approvalId).toBe(approvalId);
    },
  );

  test('an older request is closed, and its rollout ends as superseded', async () => {
    const older = await world.ask(2);
    const newer = await world.ask(3);
    expect(world.approval(older)).toMatchObject({
      status: 'superseded',
      supersededBy: aRelease(3).releaseId,
      resumedAt: expect.any(String),
    });
    expect(world.executions.told).toMatchObject([
      { executionArn: executionOf(2), error: 'ReleaseSuperseded' },
    ]);
    expect(world.record().pendingApproval?.approvalId).toBe(newer);
    expect(world.news).toEqual([
      ['approval.closed', expect.objectContaining({ approvalId: older, status: 'superseded' })],
    ]);
    expect(await world.decide(older)).toMatchObject({ outcome: 'refused' });
  });

  test('an older request whose token is still on its way ends when the token comes', async () => {
    const { approvalId } = await world.request(2);
    await world.ask(3);
    expect(world.executions.told).toEqual([]);
    world.executions.waits(executionOf(2), 'token-2');
    await world.store(2, approvalId);
    expect(world.executions.told).toMatchObject([{ error: 'ReleaseSuperseded' }]);
    expect(world.record().pendingApproval?.releaseId).toBe(aRelease(3).releaseId);
  });

  test('I8: an older drop does not push a newer request aside', async () => {
    const newer = await world.ask(3);
    await expect(world.request(2)).rejects.toMatchObject({ name: 'ReleaseSuperseded' });
    expect(world.approval(newer).status).toBe('pending');
    expect(approvals()).toHaveLength(1);
  });

  test('I8: nor does it when the newer one comes in between', async () => {
    const newer = await world.ask(3);
    const withNewer = world.record();
    const { pendingApproval: _later, ...before } = withNewer;
    world.documents.all.set(PROD, before);
    world.documents.onWrite = (key) => {
      if (key === PROD) world.documents.all.set(PROD, withNewer);
    };
    await expect(world.request(2)).rejects.toMatchObject({ name: 'ReleaseSuperseded' });
    expect(world.record().pendingApproval?.approvalId).toBe(newer);
    const statuses = approvals().map((key) => (world.documents.all.get(key) as { status: string }).status);
    expect(statuses.toSorted()).toEqual(['pending', 'superseded']);
  });

  test('a newer request whose execution was stopped stands in nobody’s way', async () => {
    const newer = await world.ask(3);
    world.executions.stop(executionOf(3));
    const { approvalId } = await world.request(2);
    expect(world.approval(newer).status).toBe('expired');
    expect(world.record().pendingApproval?.approvalId).toBe(approvalId);
    expect(world.news).toEqual([
      ['approval.closed', expect.objectContaining({ approvalId: newer, reason: 'the rollout was stopped' })],
    ]);
  });

  test('nor does one that was decided', async () => {
    await world.decide(await world.ask(3));
    expect(await world.ask(2)).toMatch(/^[0-9a-f]{20}$/);
  });

  test('A08: a rollout that plans anew asks anew, also for a plan that it had before', async () => {
    const first = await world.ask(2);
    const before = world.record();
    world.documents.all.set(PROD, { ...before, current: aServing(3) });
    await world.decide(first);
    const second = await world.ask(2);
    world.documents.all.set(PROD, { ...world.record(), current: aServing(1) });
    await world.decide(second);
    const third = await world.ask(2);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(await world.decide(third)).toEqual({ outcome: 'approved' });
    expect(world.executions.told.map(({ error }) => error)).toEqual([
      'PlanChanged',
      'PlanChanged',
      undefined,
    ]);
  });

  test('I9: an approval lets in once: a plan that comes back after it was used is asked anew', async () => {
    const first = await world.ask(2);
    await world.decide(first);
    const second = await world.ask(2);
    expect(second).not.toBe(first);
    expect(world.approval(second).status).toBe('pending');
    expect(await world.decide(second, 'reject', 'U2')).toEqual({ outcome: 'rejected' });
  });

  test('a rollout that plans anew before anybody decided replaces its own request', async () => {
    const { approvalId } = await world.request(2);
    world.redeploy({ parameters: { GREETING: 'hi' } });
    const second = await world.ask(2);
    expect(world.approval(approvalId)).toMatchObject({ status: 'stale' });
    expect(await world.decide(second)).toEqual({ outcome: 'approved' });
    expect(world.executions.calls).toBe(1);
  });
});
