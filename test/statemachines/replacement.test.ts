import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { MOST_BATCHES } from '#pipeline/recycle/next-batch';
import { readStateMachine, runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const MACHINE = 'statemachines/replacement.asl.yml';

const input = { environment: 'dev', app: 'hello', groupName: 'g', retire: [], due: 2 };
const batch = { groupName: 'g', batches: 0 };

const good: Readonly<Record<string, TaskStub>> = {
  LaunchReplacements: () => ({ batch }),
  WaitForReplacements: () => ({ batch: { ...batch, healthyAt: 'now' } }),
  RetireInstances: () => ({ more: false, next: null }),
  AbandonReplacement: ({ error }: { error: string }) => ({ reason: error, message: 'the old ones serve on' }),
};

const run = (tasks: Readonly<Record<string, TaskStub>> = {}) =>
  runStateMachine(MACHINE, { input, tasks: { ...good, ...tasks } });

/** Throws the error so many times, then does as usual. */
const failing = (state: string, name: string, times: number): Readonly<Record<string, TaskStub>> => {
  let tries = 0;
  return {
    [state]: (given: unknown, call) => {
      tries += 1;
      if (tries <= times) throw errorNamed(name);
      return good[state]?.(given, call);
    },
  };
};

describe('the replacement state machine', () => {
  test('retires only after it has launched and waited, and hands the batch on', async () => {
    const given: unknown[] = [];
    const result = await run({
      LaunchReplacements: (order: unknown) => {
        given.push(order);
        return { batch };
      },
      RetireInstances: (order: unknown) => {
        given.push(order);
        return { more: false, next: null };
      },
    });
    expect(given).toEqual([
      { ...input, executionArn: expect.stringContaining(':execution:') },
      { batch: { ...batch, healthyAt: 'now' } },
    ]);
    expect(result.statesVisited).toEqual([
      'LaunchReplacements',
      'WaitForReplacements',
      'RetireInstances',
      'IsMoreDue',
      'Recycled',
    ]);
    expect(result.status).toBe('SUCCEEDED');
  });

  test('goes on with what RetireInstances planned until nothing more is due', async () => {
    const orders: unknown[] = [];
    const result = await run({
      LaunchReplacements: (order: { due: number }) => {
        orders.push(order.due);
        return { batch };
      },
      RetireInstances: (_batch: unknown, { callNumber }) =>
        callNumber < 3
          ? { more: true, next: { ...input, due: 10 * callNumber } }
          : { more: false, next: null },
    });
    expect([orders, result.status]).toEqual([[2, 10, 20], 'SUCCEEDED']);
  });

  test.each([
    ['WaitForReplacements', 'TargetsNotHealthyYet', 100],
    ['RetireInstances', 'MachinesStillEnding', 70],
    ['RetireInstances', 'TargetsNotHealthyYet', 15],
    ['LaunchReplacements', 'DocumentConflict', 3],
  ])('%s is called again after %s', async (state, error, times) => {
    expect(await run(failing(state, error, times))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each([
    ['LaunchReplacements', 'BudgetSpent'],
    ['LaunchReplacements', 'NoCapacity'],
    ['WaitForReplacements', 'MachinesKeepFailing'],
    ['RetireInstances', 'NotRecyclable'],
    ['RetireInstances', 'WrongImage'],
  ])('Y02: when %s fails, what was launched is given up: %s', async (state, error) => {
    const abandoned: unknown[] = [];
    const result = await run({
      ...failing(state, error, 1000),
      AbandonReplacement: (given: { error: string }) => {
        abandoned.push(given);
        return { reason: given.error, message: 'm' };
      },
    });
    expect(abandoned).toMatchObject([
      { environment: 'dev', app: 'hello', groupName: 'g', executionArn: expect.any(String), error },
    ]);
    expect(result).toMatchObject({ status: 'FAILED', error, cause: 'm' });
  });

  test('Y04: a rollout that comes between two batches ends it in order', async () => {
    const result = await run({
      LaunchReplacements: (_order: unknown, { callNumber }) => {
        if (callNumber > 1) throw errorNamed('RecyclingYielded');
        return { batch };
      },
      RetireInstances: () => ({ more: true, next: input }),
    });
    expect(result.statesVisited.slice(-3)).toEqual(['IsMoreDue', 'LaunchReplacements', 'Recycled']);
    expect(result.status).toBe('SUCCEEDED');
  });

  test('waits for replacements for a bounded time', async () => {
    const result = await run(failing('WaitForReplacements', 'TargetsNotHealthyYet', 10_000));
    expect(result).toMatchObject({ status: 'FAILED', error: 'TargetsNotHealthyYet' });
  });

  test('I15: its batches with all their retries fit into the history, of 25,000 events (AWS-FACTS 4.6)', () => {
    const states = Object.values(readStateMachine(MACHINE).States);
    const attempts = states
      .flatMap((state) => ('Retry' in state ? (state.Retry ?? []) : []))
      .reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 0);
    // Scheduled, started, failed; and what goes right has its own few.
    expect(MOST_BATCHES * (attempts * 3 + 30)).toBeLessThan(25_000);
  });

  test('giving up is repeated while the group would lack what it ends', async () => {
    const result = await run({
      ...failing('WaitForReplacements', 'MachinesKeepFailing', 1),
      ...failing('AbandonReplacement', 'GroupNotWhole', 10),
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'MachinesKeepFailing' });
  });
});
