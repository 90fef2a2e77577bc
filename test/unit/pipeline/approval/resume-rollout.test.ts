import { beforeEach, describe, expect, test } from '@jest/globals';
import { approvalKey } from '#pipeline/approval/approval-record';
import { approvalWorld, executionOf } from '#test/helpers/approval-world';

const ENDED = 'the rollout ended before';

let world: ReturnType<typeof approvalWorld>;

beforeEach(() => {
  world = approvalWorld();
});

/** Writes of the approval's document take effect until the `nth`, which kills whoever writes. */
const dieAtWrite = (nth: number): void => {
  let writes = 0;
  world.documents.onWrite = (key) => {
    if (!key.startsWith('kiln/approvals/')) return;
    writes += 1;
    if (writes >= nth) throw new Error('killed');
  };
};

const revive = (): void => {
  world.documents.onWrite = () => undefined;
  world.executions.failure = undefined;
};

describe('A11 the reply to SendTaskSuccess is lost', () => {
  test.each(['approve', 'reject'] as const)('%s: the history tells that it was taken', async (decision) => {
    const id = await world.ask(2);
    world.executions.failure = 'after';
    await expect(world.decide(id, decision)).rejects.toThrow('connection reset');
    revive();
    expect(await world.decide(id, decision)).toEqual({ outcome: 'repeated' });
    expect(world.executions.told).toHaveLength(1);
    expect(world.approval(id)).toMatchObject({
      status: decision === 'approve' ? 'approved' : 'rejected',
      resumedAt: expect.any(String),
      refused: [],
    });
    expect(world.names()).toEqual([decision === 'approve' ? 'approval.granted' : 'approval.rejected']);
  });

  test('so it does long after, when the execution has ended well', async () => {
    const id = await world.ask(2);
    world.executions.failure = 'after';
    await expect(world.decide(id)).rejects.toThrow('connection reset');
    revive();
    world.executions.stop(executionOf(2));
    await world.decide(id);
    expect(world.approval(id).status).toBe('approved');
  });

  test('and where it was not taken and the task timed out, the approval expires', async () => {
    const id = await world.ask(2);
    world.executions.failure = 'before';
    await expect(world.decide(id)).rejects.toThrow('throttled');
    revive();
    world.executions.timeOut(executionOf(2));
    expect(await world.decide(id)).toEqual({ outcome: 'repeated' });
    expect(world.approval(id)).toMatchObject({ status: 'expired', decisions: [] });
    expect(world.executions.told).toEqual([]);
  });
});

describe('a crash between deciding and telling', () => {
  test('is made good by the next delivery of the same decision', async () => {
    const id = await world.ask(2);
    world.executions.failure = 'before';
    await expect(world.decide(id)).rejects.toThrow('throttled');
    expect(world.approval(id)).not.toHaveProperty('tellingSince');
    revive();
    expect(await world.decide(id)).toEqual({ outcome: 'repeated' });
    expect(world.executions.told).toMatchObject([{ approvedBy: ['U1'] }]);
    expect(world.names()).toEqual(['approval.granted']);
  });

  test.each([1, 2, 3])('is made good whichever write it hits (%s)', async (nth) => {
    const id = await world.ask(2);
    dieAtWrite(nth);
    await expect(world.decide(id)).rejects.toThrow('killed');
    revive();
    await world.decide(id);
    expect(world.executions.told).toHaveLength(1);
    expect(world.approval(id)).toMatchObject({ status: 'approved', resumedAt: expect.any(String) });
    expect(world.record()).not.toHaveProperty('pendingApproval');
  });

  test('is made good by somebody else, whose own decision is refused', async () => {
    const id = await world.ask(2);
    dieAtWrite(2);
    await expect(world.decide(id)).rejects.toThrow('killed');
    revive();
    expect(await world.decide(id, 'reject', 'U2')).toMatchObject({ outcome: 'refused' });
    expect(world.executions.told).toMatchObject([{ approvedBy: ['U1'] }]);
  });

  test('whoever tells is left alone for ten seconds, and then taken for dead', async () => {
    const id = await world.ask(2);
    const startedAt = world.deps.clock.now();
    const key = approvalKey({ app: 'hello', approvalId: id });
    world.documents.all.set(key, {
      ...world.approval(id),
      status: 'approved',
      decisions: [{ decision: 'approve', user: 'U1', via: 'cli', at: startedAt.toISOString() }],
      tellingSince: startedAt.toISOString(),
    });
    await world.decide(id);
    expect(world.executions.calls).toBe(1);
    expect(world.deps.clock.now().getTime() - startedAt.getTime()).toBe(10_000);
  });
});

describe('an execution that ended before its token had arrived', () => {
  /** Release 2 asks and its execution is stopped. */
  const stopped = async (): Promise<string> => {
    const { approvalId } = await world.request(2);
    world.executions.stop(executionOf(2));
    return approvalId;
  };

  test.each(['approve', 'reject'] as const)('%s is refused, and the approval closed', async (decision) => {
    const id = await stopped();
    expect(await world.decide(id, decision)).toEqual({ outcome: 'refused', reason: ENDED });
    expect(world.approval(id)).toMatchObject({
      status: 'expired',
      decisions: [],
      refused: [{ user: 'U1', decision, reason: ENDED }],
      resumedAt: expect.any(String),
    });
    expect(world.approval(id)).not.toHaveProperty('tellingSince');
    expect(world.record()).not.toHaveProperty('pendingApproval');
    expect(world.names()).toEqual(['approval.refused', 'approval.closed']);
  });

  test('so it is when Step Functions has forgotten it', async () => {
    const { approvalId } = await world.request(2);
    world.executions.forget(executionOf(2));
    expect(await world.decide(approvalId)).toEqual({ outcome: 'refused', reason: ENDED });
    expect(world.approval(approvalId).status).toBe('expired');
  });

  test('and a token that arrives later resumes nothing', async () => {
    const id = await stopped();
    await world.decide(id);
    expect(await world.store(2, id)).toEqual({ stored: false });
    expect(world.executions.calls).toBe(0);
    expect(world.names()).toEqual(['approval.refused', 'approval.closed']);
  });

  test('of two who find it ended one closes the approval, and says so once', async () => {
    const id = await stopped();
    await Promise.all([world.decide(id), world.decide(id), world.decide(id, 'reject', 'U2')]);
    expect(world.approval(id)).toMatchObject({ status: 'expired', decisions: [] });
    expect(world.names().filter((name) => name === 'approval.closed')).toHaveLength(1);
  });

  test('a decision that was made while it ran is closed by whoever comes along next', async () => {
    const { approvalId } = await world.request(2);
    expect(await world.decide(approvalId)).toEqual({ outcome: 'approved' });
    world.executions.stop(executionOf(2));
    await world.ask(3);
    expect(world.approval(approvalId)).toMatchObject({ status: 'expired', refused: [{ reason: ENDED }] });
  });

  test('an approval that a newer release replaced is finished', async () => {
    const id = await stopped();
    const newer = await world.ask(3);
    expect(world.approval(id)).toMatchObject({ status: 'superseded', resumedAt: expect.any(String) });
    expect(world.news).toEqual([
      ['approval.closed', expect.objectContaining({ approvalId: id, status: 'superseded' })],
    ]);
    expect(world.record().pendingApproval?.approvalId).toBe(newer);
  });

  test.each([1, 2, 3, 4])(
    'is closed by the next delivery whichever write kills the first (%s)',
    async (nth) => {
      const id = await stopped();
      let writes = 0;
      world.documents.onWrite = () => {
        writes += 1;
        if (writes === nth) throw new Error('killed');
      };
      await expect(world.decide(id)).rejects.toThrow('killed');
      revive();
      await world.decide(id);
      expect(world.approval(id)).toMatchObject({ status: 'expired', decisions: [] });
    },
  );
});

describe('a token that arrives while somebody looks whether its execution runs', () => {
  const looked = async (act: (id: string) => Promise<unknown>): Promise<string> => {
    const { approvalId } = await world.request(2);
    world.executions.onDescribe = async () => {
      world.executions.onDescribe = undefined;
      await act(approvalId);
    };
    return approvalId;
  };

  test('is told by whoever stored it', async () => {
    const id = await looked(async (approvalId) => {
      world.executions.waits(executionOf(2), 'token-2');
      await world.store(2, approvalId);
    });
    expect(await world.decide(id)).toEqual({ outcome: 'approved' });
    expect(world.executions.told).toMatchObject([{ approvedBy: ['U1'] }]);
    expect(world.approval(id)).toMatchObject({ status: 'approved', resumedAt: expect.any(String) });
    expect(world.names()).toEqual(['approval.granted']);
  });

  test('and was told before the execution ended: the decision stands', async () => {
    const id = await looked(async (approvalId) => {
      world.executions.waits(executionOf(2), 'token-2');
      await world.store(2, approvalId);
      world.executions.stop(executionOf(2));
    });
    expect(await world.decide(id)).toEqual({ outcome: 'approved' });
    expect(world.approval(id)).toMatchObject({ status: 'approved', decisions: [{ user: 'U1' }] });
    expect(world.names()).toEqual(['approval.granted']);
  });

  test('and is dead already: the decision is refused once', async () => {
    const id = await looked(async (approvalId) => {
      world.executions.waits(executionOf(2), 'token-2');
      world.executions.stop(executionOf(2));
      await world.store(2, approvalId);
    });
    await world.decide(id);
    expect(world.approval(id)).toMatchObject({ status: 'expired', refused: [{ reason: ENDED }] });
    expect(world.names()).toEqual(['approval.refused', 'approval.closed']);
  });
});
