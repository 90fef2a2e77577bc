import { beforeEach, describe, expect, test } from '@jest/globals';
import { closeApproval } from '#pipeline/approval/close-approval';
import { approvalWorld, executionOf, PROD } from '#test/helpers/approval-world';

let world: ReturnType<typeof approvalWorld>;

const close = (executionArn = executionOf(2), approvalId?: string) =>
  closeApproval(
    { app: 'hello', environment: 'prod', executionArn, reason: 'nobody decided in time', approvalId },
    world.deps,
  );

beforeEach(() => {
  world = approvalWorld();
});

describe('closeApproval', () => {
  test('closes what the execution waited for, and says so once', async () => {
    const id = await world.ask(2);
    await close();
    await close();
    expect(world.approval(id)).toMatchObject({ status: 'expired', resumedAt: expect.any(String) });
    expect(world.record()).not.toHaveProperty('pendingApproval');
    expect(world.news).toEqual([
      ['approval.closed', expect.objectContaining({ approvalId: id, reason: 'nobody decided in time' })],
    ]);
    expect(world.executions.calls).toBe(0);
  });

  test('afterwards a decision is refused, and a late token resumes nothing', async () => {
    const { approvalId } = await world.request(2);
    await close();
    expect(await world.decide(approvalId)).toMatchObject({ outcome: 'refused' });
    await world.store(2, approvalId);
    expect(world.executions.calls).toBe(0);
  });

  test("leaves another execution's approval alone", async () => {
    const id = await world.ask(2);
    await close(executionOf(3));
    expect(world.approval(id).status).toBe('pending');
    expect(world.record().pendingApproval?.approvalId).toBe(id);
  });

  test('keeps what was decided', async () => {
    const id = await world.ask(2);
    await world.decide(id);
    await close(executionOf(2), id);
    expect(world.approval(id).status).toBe('approved');
    expect(world.names()).toEqual(['approval.granted']);
  });

  test('finds an approval that the environment does not name (yet), by its id', async () => {
    const id = await world.ask(2);
    const { pendingApproval: _none, ...rest } = world.record();
    world.documents.all.set(PROD, rest);
    await close(executionOf(2), id);
    expect(world.approval(id).status).toBe('expired');
  });

  test('does nothing where nothing is pending', async () => {
    await close();
    expect(world.news).toEqual([]);
  });

  test('A05 a decision and a time-out at the same moment: one of them wins', async () => {
    const id = await world.ask(2);
    let closing: Promise<void> | undefined;
    world.documents.onWrite = () => {
      closing ??= close();
    };
    await world.decide(id);
    await closing;
    const { status } = world.approval(id);
    expect(world.executions.told).toHaveLength(status === 'approved' ? 1 : 0);
    expect(world.names().filter((name) => name !== 'approval.refused')).toHaveLength(1);
  });
});
