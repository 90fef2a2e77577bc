import { beforeEach, describe, expect, test } from '@jest/globals';
import { approvalWorld, executionOf } from '#test/helpers/approval-world';

let world: ReturnType<typeof approvalWorld>;

beforeEach(() => {
  world = approvalWorld();
});

describe('storeApproval', () => {
  test('keeps the token in the document, and a second delivery changes nothing', async () => {
    const { approvalId } = await world.request(2);
    expect(await world.store(2, approvalId)).toEqual({ stored: true });
    const kept = world.approval(approvalId);
    expect(kept).toMatchObject({ status: 'pending', taskToken: 'token-2' });
    expect(await world.store(2, approvalId)).toEqual({ stored: false });
    expect(world.approval(approvalId)).toBe(kept);
    expect(world.executions.calls).toBe(0);
  });

  test('a newer attempt has a newer token; the older one, delivered late, does not replace it', async () => {
    const { approvalId } = await world.request(2);
    await world.store(2, approvalId, 'second', '2026-02-01T00:00:02Z');
    expect(await world.store(2, approvalId, 'first', '2026-02-01T00:00:01Z')).toEqual({ stored: false });
    expect(world.approval(approvalId).taskToken).toBe('second');
    expect(await world.store(2, approvalId, 'third', '2026-02-01T00:00:03Z')).toEqual({ stored: true });
  });

  test.each([
    ['approve', { approvedBy: ['U1'] }],
    ['reject', { error: 'ApprovalRejected' }],
  ] as const)(
    'where people were quicker (%s) the execution is told at once, and once',
    async (decision, told) => {
      const { approvalId } = await world.request(2);
      await world.decide(approvalId, decision);
      expect(world.executions.calls).toBe(0);
      expect(world.news).toEqual([]);
      world.executions.waits(executionOf(2), 'token-2');
      await Promise.all([world.store(2, approvalId), world.store(2, approvalId)]);
      expect(world.executions.told).toMatchObject([told]);
      expect(world.executions.calls).toBe(1);
      expect(world.news).toHaveLength(1);
    },
  );

  test('an older token does not replace the one that a decision used', async () => {
    const id = await world.ask(2);
    await world.decide(id);
    expect(await world.store(2, id, 'later', '2026-02-01T09:00:00Z')).toEqual({ stored: false });
    expect(world.executions.calls).toBe(1);
  });

  test('an approval that nobody asked for is not made up', async () => {
    expect(await world.store(2, '00000000000000000000')).toEqual({ stored: false });
    expect(world.approval('00000000000000000000')).toBeUndefined();
  });

  test('I19: the token is in no announcement', async () => {
    const id = await world.ask(2);
    await world.decide(id, 'reject', 'U1');
    await world.decide(id, 'approve', 'U2');
    expect(JSON.stringify(world.news)).not.toContain('token-2');
  });
});
