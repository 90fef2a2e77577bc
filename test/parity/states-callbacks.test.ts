import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { debianAws, hasDebianAws } from '#test/helpers/debian-aws';
import { poll } from '#test/helpers/poll';
import type { StatesWorld } from '#test/helpers/states-world';
import { startStatesWorld } from '#test/helpers/states-world';

// from-docs: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html. A token that was
// never handed out is InvalidToken; one whose task was answered, timed out or stopped is TaskTimedOut.

let world: StatesWorld;
let asked = 0;
let tokens: string[] = [];
const events: Record<string, unknown>[] = [];

const success = (taskToken: string, output = '{"approvedBy":["ann"]}'): Promise<unknown> =>
  world.sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
const failure = (taskToken: string, error = 'ApprovalRejected'): Promise<unknown> =>
  world.sfn.send(new SendTaskFailureCommand({ taskToken, error, cause: 'not on a Friday' }));

beforeAll(async () => {
  world = await startStatesWorld({
    asks: async (event: { detail: { taskToken: string; at?: string } }) => {
      events.push(event);
      if (event.detail.at === 'once') await success(event.detail.taskToken);
      tokens.push(event.detail.taskToken);
    },
  });
  await world.events.send(
    new PutRuleCommand({
      Name: 'approvals',
      EventPattern: JSON.stringify({ source: ['kiln'], 'detail-type': ['approval.requested'] }),
    }),
  );
  await world.events.send(
    new PutTargetsCommand({
      Rule: 'approvals',
      Targets: [{ Id: 'asks', Arn: 'arn:aws:lambda:eu-central-1:000000000000:function:asks' }],
    }),
  );
});

afterAll(() => world.stop());

const ask = (more: object = {}, detail: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::events:putEvents.waitForTaskToken',
  Arguments: {
    Entries: [
      {
        Source: 'kiln',
        DetailType: 'approval.requested',
        Detail: { ...detail, taskToken: '{% $states.context.Task.Token %}' },
      },
    ],
  },
  End: true,
  ...more,
});

const token = (nth = 0): Promise<string> =>
  poll(
    () => tokens[nth],
    5000,
    () => `token ${nth + 1} of ${tokens.length} was not handed out`,
  );

const start = async (states: object, more: object = {}): Promise<string> => {
  asked += 1;
  tokens = [];
  return world.start(await world.machine(`asks-${asked}`, states, more));
};

const timesOut = (answer: Promise<unknown>): Promise<void> =>
  expect(answer).rejects.toMatchObject({ name: 'TaskTimedOut' });

describe('events:putEvents.waitForTaskToken', () => {
  test('puts the event with the token, and goes on with the output that is sent', async () => {
    const arn = await start({ Ask: ask() });
    const taskToken = await token();
    expect(events.at(-1)).toMatchObject({
      source: 'kiln',
      resources: [expect.stringContaining(':stateMachine:'), arn],
      detail: { taskToken },
    });
    await success(taskToken);
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"approvedBy":["ann"]}' });
    const history = await world.history(arn);
    const submitted = history.find(({ type }) => type === 'TaskSubmitted');
    expect(submitted?.taskSubmittedEventDetails).toMatchObject({
      resourceType: 'events',
      resource: 'putEvents.waitForTaskToken',
    });
    const succeeded = history.find(({ type }) => type === 'TaskSucceeded');
    expect(succeeded?.taskSucceededEventDetails?.resource).toBe('putEvents.waitForTaskToken');
  });

  test('an answer that comes before the event is noted as sent counts', async () => {
    const arn = await start({ Ask: ask({}, { at: 'once' }) });
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"approvedBy":["ann"]}' });
  });

  test('fails with the error that is sent, which a Catch matches by name', async () => {
    const caught = { ErrorEquals: ['ApprovalRejected'], Output: '{% $states.errorOutput %}', Next: 'No' };
    const arn = await start({ Ask: ask({ Catch: [caught] }), No: { Type: 'Pass', End: true } });
    await failure(await token());
    expect(await world.ended(arn)).toMatchObject({
      status: 'SUCCEEDED',
      output: JSON.stringify({ Error: 'ApprovalRejected', Cause: 'not on a Friday' }),
    });
    const failed = (await world.history(arn)).find(({ type }) => type === 'TaskFailed');
    expect(failed?.taskFailedEventDetails).toMatchObject({
      resource: 'putEvents.waitForTaskToken',
      error: 'ApprovalRejected',
    });
  });
});

describe('A07 a token is refused', () => {
  test('after StopExecution', async () => {
    const arn = await start({ Ask: ask() });
    const taskToken = await token();
    await world.sfn.send(new StopExecutionCommand({ executionArn: arn }));
    await timesOut(success(taskToken));
    await timesOut(failure(taskToken));
    await timesOut(world.sfn.send(new SendTaskHeartbeatCommand({ taskToken })));
    expect(await world.sfn.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject({
      status: 'ABORTED',
    });
  });

  test('after the task has timed out, while the execution goes on', async () => {
    const arn = await start({
      Ask: ask({ TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'CleanUp' }] }),
      CleanUp: { Type: 'Wait', Seconds: 30, End: true },
    });
    const taskToken = await token();
    await poll(
      async () => (await world.history(arn)).find(({ type }) => type === 'WaitStateEntered'),
      5000,
      () => 'the task did not time out',
    );
    await timesOut(success(taskToken));
    const timedOut = (await world.history(arn)).find(({ type }) => type === 'TaskTimedOut');
    expect(timedOut?.taskTimedOutEventDetails?.resource).toBe('putEvents.waitForTaskToken');
    await world.sfn.send(new StopExecutionCommand({ executionArn: arn }));
  });

  test('after the whole execution has timed out', async () => {
    const arn = await start({ Ask: ask() }, { TimeoutSeconds: 1 });
    const taskToken = await token();
    expect(await world.ended(arn)).toMatchObject({ status: 'TIMED_OUT' });
    await timesOut(success(taskToken));
  });

  test('of an earlier retry, while the later one waits and is taken', async () => {
    const retry = { ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 5 };
    const arn = await start({ Ask: ask({ TimeoutSeconds: 1, Retry: [retry] }) });
    const [first, second] = [await token(0), await token(1)];
    expect(second).not.toBe(first);
    await timesOut(success(first, '"first"'));
    await success(second, '"second"');
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"second"' });
  });

  test('of a branch that was cancelled because another one failed', async () => {
    const both = {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Ask', States: { Ask: ask() } },
        { StartAt: 'Also', States: { Also: ask() } },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'CleanUp' }],
      End: true,
    };
    const arn = await start({ Both: both, CleanUp: { Type: 'Wait', Seconds: 30, End: true } });
    const [first, second] = [await token(0), await token(1)];
    await failure(first);
    await poll(
      async () => (await world.history(arn)).find(({ type }) => type === 'WaitStateEntered'),
      5000,
      () => 'the branch was not cancelled',
    );
    await timesOut(success(second));
    await world.sfn.send(new StopExecutionCommand({ executionArn: arn }));
  });

  test('the second time, whatever the first answer was', async () => {
    const said = await start({ Ask: ask() });
    const yes = await token();
    await success(yes);
    await timesOut(success(yes));
    await timesOut(failure(yes));
    expect(await world.ended(said)).toMatchObject({ status: 'SUCCEEDED' });
    await timesOut(success(yes));

    const denied = await start({ Ask: ask() });
    const no = await token();
    await failure(no);
    await timesOut(success(no));
    expect(await world.ended(denied)).toMatchObject({ status: 'FAILED', error: 'ApprovalRejected' });
  });

  test('A05 by all but one of those who answer at the same moment', async () => {
    const arn = await start({ Ask: ask() });
    const taskToken = await token();
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? success(taskToken) : failure(taskToken))),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.ended(arn)).toMatchObject({
      status: answers.findIndex(({ status }) => status === 'fulfilled') % 2 === 0 ? 'SUCCEEDED' : 'FAILED',
    });
  });

  test('that was never handed out, as invalid', async () => {
    await start({ Ask: ask() });
    const taskToken = await token();
    const forged = `${taskToken.slice(0, -1)}${taskToken.endsWith('0') ? '1' : '0'}`;
    for (const wrong of [forged, 'x', taskToken.slice(0, 100)])
      await expect(success(wrong)).rejects.toMatchObject({ name: 'InvalidToken' });
    await success(taskToken);
  });
});

(hasDebianAws ? describe : describe.skip)("Debian's awscli", () => {
  test('answers a token once', async () => {
    const aws = debianAws(world.test.clientConfig.endpoint, '/nonexistent');
    const arn = await start({ Ask: ask() });
    const command = [
      'stepfunctions',
      'send-task-success',
      '--task-token',
      await token(),
      '--task-output',
      '{}',
    ];
    await aws.text(...command);
    await expect(aws.text(...command)).rejects.toThrow('TaskTimedOut');
    expect(await world.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{}' });
  });
});
