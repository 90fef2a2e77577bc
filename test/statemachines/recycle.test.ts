import { describe, expect, test } from '@jest/globals';
import { errorNamed } from '#test/helpers/error-named';
import { runStateMachine } from '#test/helpers/run-state-machine';
import type { TaskStub } from '#test/helpers/run-state-machine';

const replacements = [
  { name: 'recycle-a', groupName: 'a' },
  { name: 'recycle-b', groupName: 'b' },
];

const retirements = [{ name: 'leftover-a', app: 'a' }, { name: 'leftover-b' }];

const run = (tasks: Readonly<Record<string, TaskStub>>, input: unknown = {}) =>
  runStateMachine('statemachines/recycle.asl.yml', {
    input,
    tasks: {
      PlanRecycling: () => ({ planId: 'p', replacements, retirements }),
      StartReplacement: () => ({}),
      StartRetirement: () => ({}),
      ...tasks,
    },
  });

describe('the recycle state machine', () => {
  test('starts one execution a group, named as the plan says, with its part of the plan', async () => {
    const started: unknown[] = [];
    const result = await run({
      StartReplacement: ({ Name, Input }: { Name: string; Input: unknown }) => {
        started.push([Name, Input]);
        return {};
      },
    });
    expect(started).toEqual(replacements.map((each) => [each.name, each]));
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: [
        { name: 'recycle-a', started: true },
        { name: 'recycle-b', started: true },
      ],
    });
  });

  test('hands on what a person asked for', async () => {
    let asked: unknown;
    await run(
      {
        PlanRecycling: (input: unknown) => {
          asked = input;
          return { replacements: [], retirements: [] };
        },
      },
      { environment: 'prod', all: true },
    );
    expect(asked).toEqual({ environment: 'prod', all: true });
  });

  test('Y03: what another plan has started is fine, at the first try', async () => {
    let tries = 0;
    const result = await run({
      StartReplacement: ({ Name }: { Name: string }) => {
        if (Name === 'recycle-b') return {};
        tries += 1;
        throw errorNamed('StepFunctions.ExecutionAlreadyExistsException');
      },
    });
    expect([tries, result.status]).toEqual([1, 'SUCCEEDED']);
    expect(result.output).toEqual([
      { name: 'recycle-a', started: false },
      { name: 'recycle-b', started: true },
    ]);
  });

  test('one that cannot be started holds up no other', async () => {
    const result = await run({
      StartReplacement: ({ Name }: { Name: string }) => {
        if (Name === 'recycle-a') throw errorNamed('StepFunctions.AccessDenied');
        return {};
      },
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: [{ started: false }, { started: true }] });
  });

  test('what rollouts left is removed as well, each by its own execution, whatever becomes of the others', async () => {
    const started: unknown[] = [];
    const result = await run({
      StartReplacement: () => {
        throw errorNamed('StepFunctions.AccessDenied');
      },
      StartRetirement: ({ Name, Input }: { Name: string; Input: unknown }) => {
        if (Name === 'leftover-b') throw errorNamed('StepFunctions.ExecutionAlreadyExistsException');
        started.push([Name, Input]);
        return {};
      },
    });
    expect(started).toEqual([['leftover-a', retirements[0]]]);
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: [{ started: false }, { started: false }] });
  });

  test('fails when nothing can be planned; the next one tries again', async () => {
    const fail = (): never => {
      throw errorNamed('AccessDenied');
    };
    expect(await run({ PlanRecycling: fail })).toMatchObject({ status: 'FAILED', error: 'AccessDenied' });
  });
});
