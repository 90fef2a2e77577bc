import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Target } from '@aws-sdk/client-scheduler';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { poll } from '#test/helpers/poll';
import type { QueueUser } from '#test/helpers/queue-user';
import { queueArnOf, queueUser, textAttributes } from '#test/helpers/queue-user';
import { createRole } from '#test/helpers/roles';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

let running: TestCloud;
let client: SchedulerClient;
let sfn: SFNClient;
let queues: QueueUser;
let mayAll = '';
let mayOnlySend = '';
let results = '';
let dead = '';

beforeAll(async () => {
  running = await startTestCloud({ log: () => undefined });
  const config = running.clientConfig;
  client = new SchedulerClient(config);
  sfn = new SFNClient(config);
  queues = queueUser(config);
  mayAll = await createRole(config, 'scheduler', 'scheduler.amazonaws.com', [
    'states:StartExecution',
    'events:PutEvents',
    'sqs:SendMessage',
    'ssm:PutParameter',
  ]);
  mayOnlySend = await createRole(config, 'weak', 'scheduler.amazonaws.com', ['sqs:SendMessage']);
  results = await queues.create('results');
  dead = await queues.create('dead');
});

afterAll(async () => {
  for (const each of [client, sfn, queues.client]) each.destroy();
  await running.stop();
});

// A time of the minute before is due at once.
const now = (): string => `at(${new Date().toISOString().slice(0, 19)})`;

const runNow = async (Arn: string, Input: string, more: Partial<Target> = {}): Promise<string> => {
  const Name = `s-${randomUUID()}`;
  const Target = { Arn, Input, RoleArn: mayAll, DeadLetterConfig: { Arn: queueArnOf(dead) }, ...more };
  const { ScheduleArn = '' } = await client.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: now(),
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target,
    }),
  );
  return ScheduleArn;
};

const gone = (arn: string): Promise<boolean> =>
  poll(
    () =>
      client.send(new GetScheduleCommand({ Name: arn.split('/').at(-1) })).then(
        () => undefined,
        () => true,
      ),
    5000,
    () => `${arn} is still there`,
  );

const createMachine = async (): Promise<string> => {
  const roleArn = await createRole(running.clientConfig, `m-${randomUUID()}`, 'states.amazonaws.com', []);
  const States = { Only: { Type: 'Succeed' } };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Only', States });
  const command = new CreateStateMachineCommand({ name: `m-${randomUUID()}`, roleArn, definition });
  return (await sfn.send(command)).stateMachineArn ?? '';
};

const executionsOf = async (stateMachineArn: string): Promise<number> =>
  (await sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions?.length ?? 0;

describe('a run', () => {
  test('starts a state machine, once', async () => {
    const machine = await createMachine();
    await gone(await runNow(machine, '{"capacity":0}'));
    expect(await executionsOf(machine)).toBe(1);
  });

  test('does only what its role may; the call is a dead letter then', async () => {
    const machine = await createMachine();
    const arn = await runNow(machine, '{"capacity":0}', { RoleArn: mayOnlySend });
    const letter = await queues.received(dead, arn);
    expect(JSON.parse(letter.Body ?? '')).toMatchObject({
      stateMachineArn: machine,
      input: '{"capacity":0}',
    });
    expect(textAttributes(letter)).toMatchObject({
      ERROR_CODE: 'AccessDeniedException',
      ERROR_MESSAGE: expect.stringContaining('not authorized to perform: states:StartExecution'),
      RETRY_ATTEMPTS: '0',
      TARGET_ARN: machine,
    });
    expect(await executionsOf(machine)).toBe(0);
  });

  test('puts an event on a bus, from where a rule may send it to a queue that lets it', async () => {
    const events = new EventBridgeClient(running.clientConfig);
    const EventPattern = JSON.stringify({ source: ['kiln.schedules'] });
    const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name: 'schedules', EventPattern }));
    await queues.allow(results, 'events.amazonaws.com', RuleArn);
    const Targets = [{ Id: 'q', Arn: queueArnOf(results), InputPath: '$.detail' }];
    await events.send(new PutTargetsCommand({ Rule: 'schedules', Targets }));
    await runNow('arn:aws:events:eu-central-1:000000000000:event-bus/default', '{"env":"on the bus"}', {
      EventBridgeParameters: { Source: 'kiln.schedules', DetailType: 'environment.off' },
    });
    expect(await queues.received(results, 'on the bus')).toMatchObject({ Body: '{"env":"on the bus"}' });
    events.destroy();
  });

  test('sends a message of any text to a queue', async () => {
    await runNow(queueArnOf(results), 'no JSON <aws.scheduler.attempt-number>');
    expect(await queues.received(results, 'no JSON')).toMatchObject({ Body: 'no JSON 1' });
  });

  test('makes any call of the SDK, with its members in upper camel case', async () => {
    const machine = await createMachine();
    const input = JSON.stringify({ StateMachineArn: machine, Input: '{}' });
    await gone(await runNow('arn:aws:scheduler:::aws-sdk:sfn:startExecution', input));
    expect(await executionsOf(machine)).toBe(1);
    const parameter = JSON.stringify({ Name: '/env/dev', Value: 'off', Type: 'String' });
    await gone(await runNow('arn:aws:scheduler:::aws-sdk:ssm:putParameter', parameter));
    const ssm = new SSMClient(running.clientConfig);
    expect(await ssm.send(new GetParameterCommand({ Name: '/env/dev' }))).toMatchObject({
      Parameter: { Value: 'off' },
    });
    ssm.destroy();
  });

  test('that was due while the local cloud was off is made up for once', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'kiln-scheduler-'));
    const first = await startTestCloud({ stateDir });
    const RoleArn = await createRole(first.clientConfig, 's', 'scheduler.amazonaws.com', ['sqs:SendMessage']);
    const url = await queueUser(first.clientConfig).create('made-up');
    const soon = new Date(Date.now() + 1000).toISOString().slice(0, 19);
    await new SchedulerClient(first.clientConfig).send(
      new CreateScheduleCommand({
        Name: 'soon',
        ScheduleExpression: 'rate(1 minute)',
        StartDate: new Date(`${soon}.999Z`),
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: queueArnOf(url), RoleArn, Input: 'run' },
      }),
    );
    await first.stop();
    await poll(
      () => (Date.now() > Date.parse(`${soon}.999Z`) ? true : undefined),
      5000,
      () => 'time stands still',
    );
    const again = await startTestCloud({ stateDir });
    const user = queueUser(again.clientConfig);
    expect(await user.received(url, 'run')).toMatchObject({ Body: 'run' });
    await again.stop();
    const third = await startTestCloud({ stateDir });
    const more = await queueUser(third.clientConfig).client.send(
      new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 1 }),
    );
    expect(more.Messages).toBeUndefined();
    await third.stop();
    rmSync(stateDir, { recursive: true });
  }, 40_000);
});
