import { describe, expect, test } from '@jest/globals';
import type { Definition } from '#localcloud/states-language/definition';
import { errorNamed } from '#test/helpers/error-named';
import type { StateMachineRun, TaskStub } from '#test/helpers/run-state-machine';
import { neverFinishes, runStateMachine } from '#test/helpers/run-state-machine';

const start = Date.parse('2026-01-01T00:00:00Z');

const call = (more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...more,
});

const run = (
  states: object,
  tasks: Record<string, TaskStub> = {},
  input: unknown = {},
  more: object = {},
): Promise<StateMachineRun> => {
  const definition = { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more };
  return runStateMachine(definition as unknown as Definition, { input, tasks });
};

const seconds = (result: StateMachineRun): number => ((result.history.at(-1)?.timestamp ?? 0) - start) / 1000;

const types = (result: StateMachineRun): string[] => result.history.map(({ type }) => type);

describe('Retry', () => {
  const failing: TaskStub = () => {
    throw errorNamed('NotYet');
  };

  test('waits longer from attempt to attempt, up to the maximum', async () => {
    const Retry = [
      { ErrorEquals: ['NotYet'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 },
    ];
    const result = await run({ A: call({ Retry, End: true }) }, { A: failing });
    expect(result).toMatchObject({ status: 'FAILED', error: 'NotYet' });
    expect(seconds(result)).toBe(2 + 6 + 10 + 10);
    expect(types(result).filter((type) => type === 'TaskFailed')).toHaveLength(5);
  });

  test('counts the retries of each rule for itself', async () => {
    const errors = ['A', 'B', 'A', 'B', 'C'];
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 2, IntervalSeconds: 5, BackoffRate: 1 },
    ];
    const result = await run(
      { A: call({ Retry, End: true }) },
      {
        A: (_, { callNumber }) => {
          throw errorNamed(errors[callNumber - 1] ?? 'none');
        },
      },
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'C' });
    expect(seconds(result)).toBe(1 + 5 + 1 + 5);
  });

  test('tells the state its number of retries', async () => {
    const Arguments = { FunctionName: 'f', Payload: '{% $states.context.State.RetryCount %}' };
    const Retry = [{ ErrorEquals: ['States.TaskFailed'] }];
    const result = await run(
      { A: call({ Arguments, Retry, End: true }) },
      {
        A: (count) => {
          if (count < 2) throw errorNamed('NotYet');
          return count as number;
        },
      },
    );
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: 2 });
  });
});

describe('Catch', () => {
  const caught = { Caught: { Type: 'Pass', End: true } };

  test('takes the first rule that names the error, with the error as output and variables assigned', async () => {
    const Catch = [
      { ErrorEquals: ['Other'], Next: 'Caught' },
      {
        ErrorEquals: ['Broken'],
        Assign: { why: '{% $states.errorOutput.Error %}' },
        Output: {
          from: '{% $states.input.n %}',
          cause: '{% $parse($states.errorOutput.Cause).errorMessage %}',
        },
        Next: 'Show',
      },
    ];
    const result = await run(
      {
        A: call({ Catch, End: true }),
        Show: { Type: 'Pass', Output: '{% $merge([$states.input, {"why": $why}]) %}', End: true },
        ...caught,
      },
      {
        A: () => {
          throw errorNamed('Broken', 'a wheel came off');
        },
      },
      { n: 7 },
    );
    expect(result.output).toEqual({ from: 7, cause: 'a wheel came off', why: 'Broken' });
    expect(result.statesVisited).toEqual(['A', 'Show']);
  });

  test('States.TaskFailed stands for every error but a time-out', async () => {
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }];
    const late = await run(
      { A: call({ Catch, TimeoutSeconds: 5, End: true }), ...caught },
      { A: neverFinishes },
    );
    expect(late).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(seconds(late)).toBe(5);
    const all = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const saved = await run(
      { A: call({ Catch: all, TimeoutSeconds: 5, End: true }), ...caught },
      { A: neverFinishes },
    );
    expect(saved).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.Timeout' } });
  });

  test('sees failed expressions, those of Output too', async () => {
    const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }];
    const result = await run(
      { A: call({ Catch, Output: '{% $states.result.nothing %}', End: true }), ...caught },
      { A: () => 1 },
    );
    expect(result.status).toBe('SUCCEEDED');
    expect(types(result)).toContain('EvaluationFailed');
    expect((result.output as { Cause: string }).Cause).toBe(
      "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression " +
        "'$states.result.nothing' specified for the field 'Output' returned nothing (undefined).",
    );
  });

  test('does not see data over the limit under States.ALL', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const result = await run({ A: call({ Catch, End: true }), ...caught }, { A: () => 'x'.repeat(262_144) });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('variables', () => {
  test('are evaluated together, against the values before the state', async () => {
    const result = await run({
      A: { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'C' },
      C: { Type: 'Pass', Output: '{% [$states.input, $x, $y] %}', End: true },
    });
    expect(result.output).toEqual([1, 2, 1]);
  });

  test('of an inner scope see the outer ones and do not leak', async () => {
    const branch = {
      StartAt: 'In',
      States: {
        In: { Type: 'Pass', Assign: { inner: '{% $outer + 1 %}' }, Next: 'Out' },
        Out: { Type: 'Pass', Output: '{% $inner %}', End: true },
      },
    };
    const result = await run({
      A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'B' },
      B: { Type: 'Parallel', Branches: [branch], Next: 'C' },
      C: { Type: 'Pass', Output: '{% {"result": $states.input, "leaked": $exists($inner)} %}', End: true },
    });
    expect(result.output).toEqual({ result: [2], leaked: false });
  });
});

describe('Parallel and Map', () => {
  const each = (more: object = {}, item: object = call({ End: true })): object => ({
    Each: {
      Type: 'Map',
      Items: '{% $states.input %}',
      ItemProcessor: { StartAt: 'Item', States: { Item: item } },
      End: true,
      ...more,
    },
  });

  test('a failing branch ends the others', async () => {
    const result = await run({
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Slow', States: { Slow: { Type: 'Wait', Seconds: 100, End: true } } },
          {
            StartAt: 'Bad',
            States: { Bad: { Type: 'Wait', Seconds: 1, Next: 'Fails' }, Fails: { Type: 'Fail', Error: 'E' } },
          },
        ],
        Catch: [{ ErrorEquals: ['E'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'E' } });
    expect(seconds(result)).toBe(1);
    expect(types(result)).toEqual(expect.arrayContaining(['WaitStateAborted', 'ParallelStateFailed']));
  });

  test('a Map keeps the order of its items, whichever ends first', async () => {
    const item = { Type: 'Wait', Seconds: '{% $states.input %}', End: true };
    const result = await run(each({}, item), {}, [3, 1, 2]);
    expect(result.output).toEqual([3, 1, 2]);
    expect(seconds(result)).toBe(3);
  });

  test('a Map does no more at once than MaxConcurrency', async () => {
    const item = { Type: 'Wait', Seconds: 1, End: true };
    expect(seconds(await run(each({ MaxConcurrency: 2 }, item), {}, [1, 2, 3, 4]))).toBe(2);
  });

  test('a Map tolerates as many failures as it is told', async () => {
    const odd: TaskStub = (n: number) => {
      if (n % 2 === 1) throw errorNamed('Odd');
      return n;
    };
    expect(await run(each({ ToleratedFailureCount: 2 }), { Item: odd }, [1, 2, 3, 4])).toMatchObject({
      output: [2, 4],
    });
    expect(await run(each({ ToleratedFailurePercentage: 25 }), { Item: odd }, [1, 2, 3, 4])).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    expect(await run(each(), { Item: odd }, [2, 1])).toMatchObject({ status: 'FAILED', error: 'Odd' });
  });
});

describe('limits', () => {
  test('an execution that never ends fails at 25,000 events', async () => {
    const result = await run({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(result.history).toHaveLength(25_000);
    expect(result.history.at(-1)?.type).toBe('ExecutionFailed');
  });

  test('an expression that never ends fails', async () => {
    const source = '{% ( $f := function($n) { $f($n + 1) }; $f(0) ) %}';
    expect(await run({ A: { Type: 'Pass', Output: source, End: true } })).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    });
  });

  test('the whole machine times out', async () => {
    const result = await run(
      { A: { Type: 'Wait', Seconds: 100, End: true } },
      {},
      {},
      { TimeoutSeconds: 10 },
    );
    expect(result.status).toBe('TIMED_OUT');
    expect(seconds(result)).toBe(10);
  });
});

describe('Choice and Wait', () => {
  test('a Choice without a match and without Default fails', async () => {
    const result = await run(
      {
        A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n > 1 %}', Next: 'B' }] },
        B: { Type: 'Succeed' },
      },
      {},
      { n: 1 },
    );
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  test('a condition must be true or false', async () => {
    const result = await run({
      A: { Type: 'Choice', Choices: [{ Condition: '{% "yes" %}', Next: 'B' }] },
      B: { Type: 'Succeed' },
    });
    expect(result.error).toBe('States.QueryEvaluationError');
    expect(result.cause).toContain("Expected 'boolean', but was 'string' for value: \"yes\"");
  });

  test('a Wait ends at its timestamp, at once when that has passed', async () => {
    const until = (Timestamp: string): Promise<StateMachineRun> =>
      run({ A: { Type: 'Wait', Timestamp, End: true } });
    expect(seconds(await until('2026-01-01T01:00:30+01:00'))).toBe(30);
    expect(seconds(await until('2020-01-01T00:00:00Z'))).toBe(0);
  });
});
