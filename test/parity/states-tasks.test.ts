import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwsError } from '#localcloud/errors';
import { errorNamed } from '#test/helpers/error-named';
import { poll } from '#test/helpers/poll';
import type { StatesWorld } from '#test/helpers/states-world';
import { invoke, machineRole, startStatesWorld } from '#test/helpers/states-world';

let world: StatesWorld;
let flakyCalls = 0;
const tokens: string[] = [];

beforeAll(async () => {
  world = await startStatesWorld({
    echo: (payload) => ({ echo: payload as unknown }),
    flaky: () => {
      flakyCalls += 1;
      if (flakyCalls < 3) throw errorNamed('NotYet');
      return flakyCalls;
    },
    fails: () => {
      throw errorNamed('TargetsUnhealthy', 'two of three');
    },
    throttled: () => {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
    },
    hands: (payload: { token: string }) => tokens.push(payload.token),
    never: () => new Promise(() => undefined),
  });
});

afterAll(() => world.stop());

describe('calling functions', () => {
  test('happens in the name of the role, and the answer has the shape of lambda:invoke', async () => {
    const ended = await world.run(
      { Call: { ...invoke('echo'), Output: '{% $states.result %}', End: true } },
      { n: 1 },
    );
    expect(JSON.parse(ended.output ?? '')).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { echo: { n: 1 } },
      StatusCode: 200,
    });
    expect(world.lambda.invocations.at(-1)?.caller).toContain('assumed-role/machine/');
    expect(machineRole).toContain('/machine');
  });

  test('works with a function ARN as resource', async () => {
    const Resource = 'arn:aws:lambda:eu-central-1:000000000000:function:echo';
    const ended = await world.run({ Call: { Type: 'Task', Resource, End: true } }, { n: 2 });
    expect(ended.output).toBe('{"echo":{"n":2}}');
  });

  test('is retried on the named error until it works', async () => {
    const Retry = [{ ErrorEquals: ['NotYet'], IntervalSeconds: 1, MaxAttempts: 3, JitterStrategy: 'FULL' }];
    const ended = await world.run({ Call: invoke('flaky', { Retry, End: true }) });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '3' });
  });

  test('fails with the name that the function threw, and its payload as cause', async () => {
    const ended = await world.run({ Call: invoke('fails', { End: true }) });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'TargetsUnhealthy' });
    expect(JSON.parse(ended.cause ?? '')).toEqual({
      errorType: 'TargetsUnhealthy',
      errorMessage: 'two of three',
      trace: [],
    });
  });

  test('fails with the name of the error of Lambda itself', async () => {
    expect(await world.run({ Call: invoke('throttled', { End: true }) })).toMatchObject({
      error: 'Lambda.TooManyRequestsException',
      cause: expect.stringContaining(
        '(Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException',
      ) as unknown as string,
    });
    expect(await world.run({ Call: invoke('absent', { End: true }) })).toMatchObject({
      error: 'Lambda.ResourceNotFoundException',
    });
  });

  test('times out, and the time-out can be caught', async () => {
    const ended = await world.run({
      Call: invoke('never', {
        TimeoutSeconds: 1,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Caught' }],
        End: true,
      }),
      Caught: { Type: 'Pass', End: true },
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '{"Error":"States.Timeout"}' });
  });
});

describe('task tokens', () => {
  const callback = (more: object = {}): object => ({
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'hands', Payload: { token: '{% $states.context.Task.Token %}' } },
      End: true,
      ...more,
    },
  });

  const started = async (more: object = {}): Promise<{ arn: string; taskToken: string }> => {
    const before = tokens.length;
    const arn = await world.start(await world.machine(`ask-${before}`, callback(more)));
    const taskToken = await poll(
      () => tokens[before],
      5000,
      () => 'no token was handed out',
    );
    return { arn, taskToken };
  };

  test('end the task with the output that is sent', async () => {
    const { arn, taskToken } = await started();
    expect(taskToken.length).toBeLessThanOrEqual(2048);
    await world.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"approved":true}' }));
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"approved":true}' });
    const types = (await world.history(arn)).map(({ type }) => type);
    expect(types.slice(2, 6)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']);
  });

  test('end the task with the error that is sent', async () => {
    const { arn, taskToken } = await started();
    await world.sfn.send(new SendTaskFailureCommand({ taskToken, error: 'Rejected', cause: 'by ada' }));
    expect(await world.ended(arn)).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'by ada' });
  });

  test('are refused when unknown, answered twice, or after a stop', async () => {
    const success = (taskToken: string): Promise<unknown> =>
      world.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    await expect(success('nonsense')).rejects.toMatchObject({ name: 'InvalidToken' });
    const first = await started();
    await expect(
      world.sfn.send(new SendTaskSuccessCommand({ taskToken: first.taskToken, output: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidOutput' });
    await success(first.taskToken);
    await expect(success(first.taskToken)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    const second = await started();
    await world.sfn.send(new StopExecutionCommand({ executionArn: second.arn }));
    await expect(success(second.taskToken)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('time out without heartbeats, and live on with them', async () => {
    const silent = await started({ HeartbeatSeconds: 1, TimeoutSeconds: 60 });
    expect(await world.ended(silent.arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    const heartbeat = new SendTaskHeartbeatCommand({ taskToken: silent.taskToken });
    await expect(world.sfn.send(heartbeat)).rejects.toMatchObject({ name: 'TaskTimedOut' });

    const lively = await started({ HeartbeatSeconds: 1, TimeoutSeconds: 60 });
    const beatUntil = Date.now() + 1500;
    await poll(
      async () => {
        await world.sfn.send(new SendTaskHeartbeatCommand({ taskToken: lively.taskToken }));
        return Date.now() > beatUntil ? true : undefined;
      },
      5000,
      () => 'the task ended in spite of its heartbeats',
    );
    await world.sfn.send(new SendTaskSuccessCommand({ taskToken: lively.taskToken, output: '1' }));
    expect(await world.ended(lively.arn)).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  });
});

describe('nested executions', () => {
  const nested = (StateMachineArn: string): object => ({
    Nest: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn, Input: { from: '{% $states.input.from %}' } },
      Output: '{% $states.result.Output %}',
      End: true,
    },
  });

  test('give their output, parsed, to the machine that waits', async () => {
    const child = await world.machine('child', { Only: { Type: 'Pass', End: true } });
    expect(await world.run(nested(child), { from: 'parent' })).toMatchObject({ output: '{"from":"parent"}' });
  });

  test('fail the task with States.TaskFailed and their description as cause', async () => {
    const child = await world.machine('failing-child', {
      Only: { Type: 'Fail', Error: 'Broken', Cause: 'by design' },
    });
    const ended = await world.run(nested(child), { from: 1 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(ended.cause ?? '')).toMatchObject({
      Status: 'FAILED',
      Error: 'Broken',
      Cause: 'by design',
      Input: { from: 1 },
    });
  });

  test('are waited for when a question how they are is throttled or its answer is lost', async () => {
    const child = await world.machine('waited-for', { Hold: { Type: 'Wait', Seconds: 1, End: true } });
    const asked = { service: 'states', action: 'DescribeExecution', caller: 'machine' } as const;
    world.test.cloud.faults.set({
      rules: [
        { ...asked, do: { throttle: true }, nth: 1 },
        { ...asked, do: { dropAfter: true }, nth: 2 },
      ],
    });
    expect(await world.run(nested(child), { from: 'parent' })).toMatchObject({ output: '{"from":"parent"}' });
    expect(world.test.cloud.faults.struck()).toEqual([1, 1]);
    world.test.cloud.faults.clear();
  });

  test('are stopped with the execution that waits for them', async () => {
    const child = await world.machine('long-child', { Hold: { Type: 'Wait', Seconds: 600, End: true } });
    const parent = await world.start(await world.machine('long-parent', nested(child)), { from: 1 });
    const submitted = await poll(
      async () => (await world.history(parent)).find(({ type }) => type === 'TaskSubmitted'),
      5000,
      () => 'the child was not started',
    );
    const { ExecutionArn } = JSON.parse(submitted.taskSubmittedEventDetails?.output ?? '') as {
      ExecutionArn: string;
    };
    await world.sfn.send(new StopExecutionCommand({ executionArn: parent }));
    expect(await world.ended(ExecutionArn)).toMatchObject({ status: 'ABORTED' });
    expect(await world.sfn.send(new DescribeExecutionCommand({ executionArn: parent }))).toMatchObject({
      status: 'ABORTED',
    });
  });
});

describe('other integrations', () => {
  test('aws-sdk calls any service, with its errors named as AWS names them', async () => {
    const describe = (StateMachineArn: string): object => ({
      Look: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sfn:describeStateMachine',
        Arguments: { StateMachineArn },
        Output: '{% $states.result.Name %}',
        End: true,
      },
    });
    const arn = await world.machine('looked-at', { Only: { Type: 'Pass', End: true } });
    expect(await world.run(describe(arn))).toMatchObject({ output: '"looked-at"' });
    expect(await world.run(describe(`${arn}-not`))).toMatchObject({
      error: 'Sfn.StateMachineDoesNotExistException',
    });
  });

  test('events:putEvents fails when an entry is refused', async () => {
    const put = (Source: string): object => ({
      Put: {
        Type: 'Task',
        Resource: 'arn:aws:states:::events:putEvents',
        Arguments: { Entries: [{ Source, DetailType: 'x', Detail: { a: 1 } }] },
        End: true,
      },
    });
    expect(await world.run(put('kiln'))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await world.run(put('aws.s3'))).toMatchObject({
      status: 'FAILED',
      error: 'EventBridge.FailedEntry',
    });
  });
});
