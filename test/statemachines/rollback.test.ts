import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const input = { app: 'hello', environment: 'prod', requestedBy: 'ann' };
const retirement = { app: 'hello', environment: 'prod', deployment: {}, at: '2026-01-01T00:00:00Z' };

const run = (tasks: Readonly<Record<string, TaskStub>>) =>
  runStateMachine('statemachines/rollback.asl.yml', { input, tasks });

describe('the rollback state machine', () => {
  test('gives the traffic back to warm machines and lets the others go on their own', async () => {
    const flips: unknown[] = [];
    const result = await run({
      PlanRollback: () => ({ kind: 'flip', from: 'b', to: 'a' }),
      FlipTraffic: (given) => {
        flips.push(given);
        return { from: 'b', to: 'a', retirement };
      },
      StartRetirement: ({ Input }: { Input: unknown }) => ({ Input }),
    });
    expect(flips).toMatchObject([{ ...input, from: 'b', to: 'a', executionArn: expect.any(String) }]);
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { kind: 'flip', from: 'b', to: 'a' } });
  });

  test('waits until enough of the warm machines are healthy', async () => {
    let tries = 0;
    const result = await run({
      PlanRollback: () => ({ kind: 'flip', from: 'b', to: 'a' }),
      FlipTraffic: () => {
        tries += 1;
        if (tries < 50) throw errorNamed('TargetsNotHealthyYet');
        return { retirement };
      },
      StartRetirement: () => ({}),
    });
    expect([tries, result.status]).toEqual([50, 'SUCCEEDED']);
  });

  test('the traffic is back even if nothing takes the other machines away', async () => {
    const result = await run({
      PlanRollback: () => ({ kind: 'flip', from: 'b', to: 'a' }),
      FlipTraffic: () => ({ retirement }),
      StartRetirement: () => {
        throw errorNamed('SomethingBroke');
      },
    });
    expect(result.status).toBe('SUCCEEDED');
  });

  test('rolls the last known good release out, with its configuration and without asking', async () => {
    const started: unknown[] = [];
    const configuration = { digest: 'c', parameters: {} };
    const result = await run({
      PlanRollback: () => ({ kind: 'rollout', from: 'b', to: 'a', configuration }),
      RolloutLastKnownGood: (given) => {
        started.push(given);
        return {};
      },
    });
    expect(started).toMatchObject([
      { Input: { app: 'hello', releaseId: 'a', environment: 'prod', trigger: 'rollback', configuration } },
    ]);
    expect(result.output).toEqual({ kind: 'rollout', from: 'b', to: 'a' });
  });

  test('asks again for the rollout when nobody answered whether it was started, not when it failed', async () => {
    let starts = 0;
    const result = await run({
      PlanRollback: () => ({ kind: 'rollout', from: 'b', to: 'a', configuration: {} }),
      RolloutLastKnownGood: () => {
        starts += 1;
        throw errorNamed(starts < 3 ? 'StepFunctions.AWSStepFunctionsException' : 'States.TaskFailed');
      },
    });
    expect([starts, result.status, result.error]).toEqual([3, 'FAILED', 'States.TaskFailed']);
  });

  test('is done when a rollout under way was told to undo itself', async () => {
    const result = await run({ PlanRollback: () => ({ kind: 'abort', from: 'b', to: null }) });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { kind: 'abort', from: 'b', to: null } });
  });

  test('R16: lets the machines of a killed rollout go', async () => {
    const retirement = { app: 'hello', environment: 'prod', deployment: {}, at: '' };
    const retired: unknown[] = [];
    const result = await run({
      PlanRollback: () => ({ kind: 'abort', from: 'b', to: 'a', retirement }),
      StartRetirement: (input) => {
        retired.push(input);
        return {};
      },
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { kind: 'abort', from: 'b', to: 'a' } });
    expect(retired).toMatchObject([{ Input: retirement }]);
  });

  test('says why when there is no way back', async () => {
    const result = await run({
      PlanRollback: () => {
        throw errorNamed('NothingToRollBackTo');
      },
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'NothingToRollBackTo' });
  });
});
