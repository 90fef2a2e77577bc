import { describe, expect, test } from '@jest/globals';
import { closeApproval } from '#pipeline/approval/close-approval';
import { approvalWorld, aServing, executionOf, PROD } from '#test/helpers/approval-world';

const RUNS = 200;
const PEOPLE = ['ann', 'bob', 'cy', 'eve'];
const USERS = ['ann', 'bob', 'cy'];

/** Marsaglia's xorshift: the same numbers for the same seed. */
const randomOf = (seed: number): ((below: number) => number) => {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

type World = ReturnType<typeof approvalWorld>;

/** One thing that may happen to an approval; several may be under way at once. */
const happen = (world: World, id: string, random: (below: number) => number): Promise<unknown> => {
  const user = PEOPLE[random(PEOPLE.length)] ?? '';
  const dice = random(16);
  if (dice < 8) return world.decide(id, 'approve', user);
  if (dice < 9) return world.decide(id, 'reject', user);
  if (dice < 10) return world.decide(id, 'approve', user, { planDigest: 'f'.repeat(16) });
  if (dice < 12) return world.store(2, id);
  if (dice < 13) world.advance(random(1_500_000));
  else if (dice < 14) world.executions.failure = (['before', 'after', undefined] as const)[random(3)];
  else if (random(4) > 0) return Promise.resolve();
  else if (dice < 15) world.documents.all.set(PROD, { ...world.record(), current: aServing(3) });
  else if (random(2) === 0) world.executions.stop(executionOf(2));
  else
    return closeApproval(
      { app: 'hello', environment: 'prod', executionArn: executionOf(2), reason: 'late' },
      world.deps,
    );
  return Promise.resolve();
};

const live = async (seed: number): Promise<World> => {
  const random = randomOf(seed);
  const approvers = 1 + random(2);
  const world = approvalWorld({
    approval: { approvers, users: USERS, requesterMayApprove: false, expiryMinutes: 60 },
  });
  const { approvalId } = await world.request(2, { trigger: 'promotion', requestedBy: 'cy' });
  world.executions.waits(executionOf(2), 'token-2');
  if (random(2) === 0) await world.store(2, approvalId);
  for (let step = 0; step < 8; step += 1) {
    const atOnce = Array.from({ length: 1 + random(3) }, () => happen(world, approvalId, random));
    await Promise.allSettled(atOnce);
  }
  // Whatever failed is delivered again, as Lambda does.
  world.executions.failure = undefined;
  await world.store(2, approvalId);
  await world.decide(approvalId, 'approve', 'eve');
  return world;
};

const check = (world: World): string => {
  const [id = ''] = [...world.documents.all.keys()].flatMap(
    (key) => /^kiln\/approvals\/hello\/(\w+)/.exec(key)?.[1] ?? [],
  );
  const { status, decisions, rule, resumedAt, expiresAt, planDigest } = world.approval(id);
  const { told } = world.executions;
  expect(told.length).toBeLessThanOrEqual(1);
  const approvals = decisions.filter(({ decision }) => decision === 'approve');
  for (const { user, at } of approvals) {
    expect(['ann', 'bob']).toContain(user);
    expect(Date.parse(at)).toBeLessThan(Date.parse(expiresAt));
  }
  expect(new Set(approvals.map(({ user }) => user)).size).toBe(approvals.length);
  const isLetIn = told.some(({ approvedBy }) => approvedBy !== undefined);
  if (isLetIn) {
    expect(told[0]?.approvedBy).toEqual(approvals.map(({ user }) => user));
    expect(approvals).toHaveLength(rule.approvers);
    expect(status).toBe('approved');
  }
  if (status === 'approved') expect(isLetIn).toBe(true);
  if (status === 'rejected') expect(told[0]?.error).toBe('ApprovalRejected');
  if (status === 'stale') expect(world.plan(2).planDigest).not.toBe(planDigest);
  if (status !== 'pending') expect(resumedAt).toBeDefined();
  const outcomes = world.names().filter((name) => /granted|rejected|closed/.test(name));
  expect(outcomes).toHaveLength(status === 'pending' ? 0 : 1);
  return status;
};

describe('I9 a release is let in by exactly one valid approval', () => {
  test(`whatever happens, in ${RUNS} lives of an approval`, async () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const world = await live(seed);
      try {
        const status = check(world);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
    // All of it was looked at, not only the easy lives.
    for (const status of ['approved', 'rejected', 'expired', 'stale', 'pending'])
      expect(`${status} ${(seen.get(status) ?? 0) >= 3}`).toBe(`${status} true`);
  });
});
