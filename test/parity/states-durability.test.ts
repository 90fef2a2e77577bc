import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KillableCloud } from '#test/helpers/killable-cloud';
import { startKillableCloud } from '#test/helpers/killable-cloud';
import { poll } from '#test/helpers/poll';
import { invoke, machineRole } from '#test/helpers/states-world';

let cloud: KillableCloud;
let sfn: SFNClient;

const connect = (): void => {
  sfn = new SFNClient(cloud.clientConfig);
};

beforeEach(async () => {
  cloud = await startKillableCloud();
  connect();
});

afterEach(() => cloud.end());

const killAndRestart = async (): Promise<void> => {
  sfn.destroy();
  await cloud.killAndRestart();
  connect();
};

const machine = async (name: string, states: object): Promise<string> => {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: Object.keys(states)[0],
    States: states,
  });
  const created = await sfn.send(new CreateStateMachineCommand({ name, roleArn: machineRole, definition }));
  return created.stateMachineArn ?? '';
};

const start = async (stateMachineArn: string, input: object = {}): Promise<string> => {
  const started = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return started.executionArn ?? '';
};

const ended = (executionArn: string): Promise<DescribeExecutionOutput> =>
  poll(
    async () => {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return found.status === 'RUNNING' ? undefined : found;
    },
    15_000,
    () => `${executionArn} still runs`,
  );

/** Waits until the execution's history shows an event of the type. */
const happened = async (executionArn: string, eventType: string): Promise<void> => {
  await poll(
    async () => {
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
      return events.find(({ type }) => type === eventType);
    },
    10_000,
    () => `no '${eventType}' in the history of ${executionArn}`,
  );
};

const logged = (start: string, times = 1): Promise<string> =>
  poll(
    () => cloud.log().filter((line) => line.startsWith(start))[times - 1],
    10_000,
    () => `'${start}' is not ${times} times in ${JSON.stringify(cloud.log())}`,
  );

const count = (line: string): number => cloud.log().filter((found) => found === line).length;

describe('after kill -9', () => {
  test('an execution goes on without repeating what was finished; the call under way is made again', async () => {
    const states = {
      First: invoke('quick', { Next: 'Again', Assign: { id: '{% $uuid() %}' } }, { n: 1 }),
      Again: invoke('quick', { Next: 'Slow', Output: '{% $id %}' }, { n: 2 }),
      Slow: invoke('slow', { Next: 'Last', Output: '{% $id = $states.input %}' }, { milliseconds: 400 }),
      Last: invoke('quick', { End: true, Output: '{% $states.input %}' }, { n: 3 }),
    };
    const arn = await start(await machine('resumed', states));
    await logged('slow');
    await killAndRestart();
    expect(await ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'true' });
    expect(cloud.log()).toEqual(['quick 1', 'quick 2', 'slow', 'slow', 'quick 3']);
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: arn }));
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(4);
  });

  test('a Wait keeps its deadline', async () => {
    const arn = await start(await machine('waiting', { Hold: { Type: 'Wait', Seconds: 8, End: true } }));
    await happened(arn, 'WaitStateEntered');
    const killedAt = performance.now();
    await killAndRestart();
    const restartSeconds = (performance.now() - killedAt) / 1000;
    const { startDate, stopDate } = await ended(arn);
    const seconds = ((stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0)) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(8);
    // Begun anew, it would end later by all of the time that the restart took.
    expect(seconds).toBeLessThan(8 + restartSeconds / 2);
  });

  test('a pending task token can still be answered, and is not handed out again', async () => {
    const ask = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'hands', Payload: { token: '{% $states.context.Task.Token %}' } },
      End: true,
    };
    const arn = await start(await machine('asking', { Ask: ask }));
    const taskToken = (await logged('token ')).split(' ')[1] ?? '';
    await happened(arn, 'TaskSubmitted');
    await killAndRestart();
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '"yes"' }));
    expect(await ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"yes"' });
    expect(cloud.log()).toHaveLength(1);
  });

  test('a nested execution is started once, and branches and iterations keep their results', async () => {
    const child = await machine('child', { Slow: invoke('slow', { End: true }, { milliseconds: 500 }) });
    const nest = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: child },
      Output: '{% $states.result.Output %}',
      End: true,
    };
    const each = {
      Type: 'Map',
      Items: [1, 2, 3],
      ItemProcessor: {
        StartAt: 'Item',
        States: { Item: invoke('quick', { End: true }, { n: '{% $states.input %}' }) },
      },
      Output: '{% $states.result.n %}',
      End: true,
    };
    const both = {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Nest', States: { Nest: nest } },
        { StartAt: 'Each', States: { Each: each } },
      ],
      End: true,
    };
    const arn = await start(await machine('parent', { Both: both }));
    await logged('slow');
    await logged('quick 3');
    await happened(arn, 'MapStateExited');
    await killAndRestart();
    expect(await ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '["slept",[1,2,3]]' });
    expect([1, 2, 3].map((n) => count(`quick ${n}`))).toEqual([1, 1, 1]);
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: child }));
    expect(executions).toHaveLength(1);
  });

  test('an accepted event still reaches its targets, a state machine once', async () => {
    const arn = await machine('listener', { Call: invoke('quick', { End: true }, { n: 7 }) });
    const events = new EventBridgeClient(cloud.clientConfig);
    await events.send(new PutRuleCommand({ Name: 'all', EventPattern: '{"source":["kiln"]}' }));
    await events.send(
      new PutTargetsCommand({
        Rule: 'all',
        Targets: [
          { Id: 'machine', Arn: arn, RoleArn: machineRole },
          { Id: 'broken', Arn: 'arn:aws:lambda:eu-central-1:000000000000:function:broken' },
          { Id: 'absent', Arn: 'arn:aws:lambda:eu-central-1:000000000000:function:absent' },
        ],
      }),
    );
    const Entries = Array.from({ length: 10 }, () => ({ Source: 'kiln', DetailType: 'x', Detail: '{}' }));
    await events.send(new PutEventsCommand({ Entries }));
    events.destroy();
    await killAndRestart();
    const executions = await poll(
      async () => {
        const found = await sfn.send(
          new ListExecutionsCommand({ stateMachineArn: arn, statusFilter: 'SUCCEEDED' }),
        );
        return found.executions?.length === 10 ? found.executions : undefined;
      },
      10_000,
      () => 'the machine was not started ten times',
    );
    expect(new Set(executions.map(({ name }) => name)).size).toBe(10);
    await logged('broken', 10);
  });
});
