import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const input = { app: 'hello', environment: 'dev', trigger: 'drill', by: 'ann', zone: 'a' };
const kill = { killId: 'drill/test', app: 'hello', environment: 'dev', instanceIds: ['i-1'] };

const run = (tasks: Readonly<Record<string, TaskStub>>) =>
  runStateMachine('statemachines/kill.asl.yml', { input, tasks });

/** Stands in for GiveUpRecovery: says what it was given. */
const givingUp =
  (given: unknown[]): TaskStub =>
  (request: { error: string }) => {
    given.push(request);
    return { reason: request.error, message: 'why', killed: false };
  };

describe('the kill state machine', () => {
  test('kills, and waits until the group is whole', async () => {
    const requests: unknown[] = [];
    let looks = 0;
    const result = await run({
      KillMachine: (request) => {
        requests.push(request);
        return { kill };
      },
      WaitForRecovery: (given) => {
        expect(given).toEqual({ kill });
        looks += 1;
        if (looks < 20) throw errorNamed('GroupNotWhole');
        return { outcome: 'recovered', seconds: 40 };
      },
    });
    expect(requests).toEqual([{ ...input, executionArn: expect.stringContaining(':execution:') }]);
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'recovered', seconds: 40, killId: 'drill/test', instanceIds: ['i-1'] },
    });
  });

  test('a refusal is not tried again, and what was taken is given back', async () => {
    const given: unknown[] = [];
    let tries = 0;
    const result = await run({
      KillMachine: () => {
        tries += 1;
        throw errorNamed('ChaosRefused');
      },
      GiveUpRecovery: givingUp(given),
    });
    expect(tries).toBe(1);
    expect(given).toMatchObject([
      { ...input, executionArn: expect.any(String), error: 'ChaosRefused', cause: expect.any(String) },
    ]);
    expect(result).toMatchObject({ status: 'FAILED', error: 'ChaosRefused', cause: 'why' });
  });

  test('a kill that fails in between is gone on with, and given up in the end', async () => {
    const given: unknown[] = [];
    let tries = 0;
    const result = await run({
      KillMachine: () => {
        tries += 1;
        throw errorNamed('RequestLimitExceeded');
      },
      GiveUpRecovery: givingUp(given),
    });
    expect([tries, given.length, result.status]).toEqual([5, 1, 'FAILED']);
  });

  test('a group that does not become whole is given up after half an hour', async () => {
    const given: unknown[] = [];
    let looks = 0;
    const result = await run({
      KillMachine: () => ({ kill }),
      WaitForRecovery: () => {
        looks += 1;
        throw errorNamed('GroupNotWhole');
      },
      GiveUpRecovery: givingUp(given),
    });
    // Each look takes 20 s and is followed by one of rest.
    expect((looks * 21) / 60).toBeGreaterThan(29);
    expect((looks * 21) / 60).toBeLessThan(31);
    expect(given).toMatchObject([{ error: 'GroupNotWhole' }]);
    expect(result).toMatchObject({ status: 'FAILED', error: 'GroupNotWhole' });
  });

  test('a look that fails for another reason is one look of many', async () => {
    let looks = 0;
    const result = await run({
      KillMachine: () => ({ kill }),
      WaitForRecovery: () => {
        looks += 1;
        if (looks < 6) throw errorNamed('Throttling');
        return { outcome: 'recovered', seconds: 40 };
      },
    });
    expect(result.status).toBe('SUCCEEDED');
  });

  test('giving up is tried until it works', async () => {
    let tries = 0;
    const result = await run({
      KillMachine: () => {
        throw errorNamed('ChaosRefused');
      },
      GiveUpRecovery: ({ error }: { error: string }) => {
        tries += 1;
        if (tries < 4) throw errorNamed('ServiceUnavailable');
        return { reason: error, message: 'why', killed: false };
      },
    });
    expect([tries, result.status, result.error]).toEqual([4, 'FAILED', 'ChaosRefused']);
  });
});
