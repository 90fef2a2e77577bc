import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const kill = (app: string) => ({
  environment: 'dev',
  app,
  killId: `dev/${app}/2026-02-02`,
  trigger: 'schedule',
  executionName: `${app}-2026-02-02-0`,
});

const run = (tasks: Readonly<Record<string, TaskStub>>) =>
  runStateMachine('statemachines/chaos.asl.yml', { input: {}, tasks });

describe('the chaos state machine', () => {
  test.each([[[]], [[kill('a')]], [[kill('a'), kill('b'), kill('c')]]])(
    'starts each kill that is planned, under its name: %j',
    async (kills) => {
      const started: unknown[] = [];
      const result = await run({
        PlanChaos: () => ({ kills, leashed: [], skipped: [] }),
        StartKill: (given) => {
          started.push(given);
          return { executionArn: 'arn' };
        },
      });
      expect(result.status).toBe('SUCCEEDED');
      expect(started).toMatchObject(kills.map((one) => ({ Name: one.executionName, Input: one })));
    },
  );

  test('Y03: a kill that another plan has started is no failure, and the others are started', async () => {
    const tried: string[] = [];
    const result = await run({
      PlanChaos: () => ({ kills: [kill('a'), kill('b')], leashed: [], skipped: [] }),
      StartKill: ({ Name }: { Name: string }) => {
        tried.push(Name);
        if (Name.startsWith('a')) throw errorNamed('StepFunctions.ExecutionAlreadyExistsException');
        return {};
      },
    });
    expect([tried.toSorted(), result.status]).toEqual([['a-2026-02-02-0', 'b-2026-02-02-0'], 'SUCCEEDED']);
  });

  test('a kill that cannot be started is tried again, and then left to the next plan', async () => {
    let tries = 0;
    const result = await run({
      PlanChaos: () => ({ kills: [kill('a')], leashed: [], skipped: [] }),
      StartKill: () => {
        tries += 1;
        throw errorNamed('ServiceUnavailable');
      },
    });
    expect([tries, result.status]).toEqual([4, 'SUCCEEDED']);
  });

  test('a plan that fails, fails: the next one is made in minutes', async () => {
    const result = await run({
      PlanChaos: () => {
        throw errorNamed('SomethingBroke');
      },
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'SomethingBroke' });
  });
});
