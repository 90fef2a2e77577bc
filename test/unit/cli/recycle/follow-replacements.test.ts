import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Connection } from '#cli/connection';
import type { Output } from '#cli/output';
import { createOutput } from '#cli/output';
import { followReplacements } from '#cli/recycle/follow-replacements';
import { recycleNow } from '#cli/recycle/recycle-now';
import type { Stack } from '#cli/stack';
import { instantClock } from '#test/helpers/instant-clock';

const states = mockClient(SFNClient);
afterEach(() => {
  states.reset();
});

const connection = { states: new SFNClient({ region: 'r' }) } as Connection;
const zone = 'eu-central-1a';
const machine = (id: string) => ({ instanceId: `i-${id}`, zone });
const order = { environment: 'prod', app: 'hello', groupName: 'g', retire: [machine('old')], due: 2 };
const entered = (name: string, input: object): HistoryEvent =>
  ({
    type: 'TaskStateEntered',
    stateEnteredEventDetails: { name, input: JSON.stringify(input) },
  }) as HistoryEvent;

const launched = { ...order, replaced: 0, launched: [machine('new')] };
const planned = { ...order, retire: [machine('old2')], replaced: 1 };
const second = { ...planned, launched: [machine('new2')] };
/** What the execution's history holds at each look, the newest first. */
const LOOKS: readonly (readonly HistoryEvent[])[] = [
  [entered('LaunchReplacements', order)],
  [entered('WaitForReplacements', { batch: launched })],
  [entered('RetireInstances', { batch: launched })],
  [entered('WaitForReplacements', { batch: second })],
  [entered('Recycled', { more: false, next: null }), entered('RetireInstances', { batch: second })],
];

/** An output that keeps what steps showed. */
const recording = (): { readonly output: Output; readonly lines: string[] } => {
  const lines: string[] = [];
  const output: Output = {
    ...createOutput(true),
    step: (name) => ({
      detail: (text) => lines.push(`${name}: ${text}`),
      done: (text = '') => lines.push(`${name} done: ${text}`),
      failed: (text = '') => lines.push(`${name} failed: ${text}`),
      leave: () => lines.push(`${name} left`),
    }),
  };
  return { output, lines };
};

const follow = async (arns: readonly string[], signal = new AbortController().signal) => {
  const { output, lines } = recording();
  const run = followReplacements(arns, { connection, clock: instantClock(), output, signal });
  return { lines, outcomes: await run };
};

describe('followReplacements', () => {
  test('shows what each batch does, and counts the machines of all', async () => {
    let look = 0;
    states.on(DescribeExecutionCommand).callsFake(() => ({
      status: look < LOOKS.length - 1 ? 'RUNNING' : 'SUCCEEDED',
      input: JSON.stringify(order),
    }));
    states.on(GetExecutionHistoryCommand).callsFake(() => {
      look += 1;
      return { events: LOOKS[look - 1] };
    });
    const { lines, outcomes } = await follow(['arn:1']);
    expect(lines).toEqual([
      'hello in prod: launches 1 in the place of i-old',
      'hello in prod: waits until i-new serves',
      'hello in prod: i-old finishes its requests and goes',
      'hello in prod: 1 machine replaced; waits until i-new2 serves',
      'hello in prod done: 2 machines replaced',
    ]);
    expect(outcomes).toEqual([
      { environment: 'prod', app: 'hello', executionArn: 'arn:1', status: 'SUCCEEDED', replaced: 2 },
    ]);
  });

  test('says why one failed, and follows the others', async () => {
    states.on(DescribeExecutionCommand, { executionArn: 'arn:1' }).resolves({
      status: 'FAILED',
      input: JSON.stringify(order),
      error: 'NotRecyclable',
      cause: "machines of 'hello' in 'prod' are not replaced: it is not whole",
    });
    states
      .on(DescribeExecutionCommand, { executionArn: 'arn:2' })
      .resolves({ status: 'SUCCEEDED', input: JSON.stringify({ ...order, app: 'shop' }) });
    const events = [entered('RetireInstances', { batch: { ...launched, app: 'shop' } })];
    states.on(GetExecutionHistoryCommand).resolves({ events: [] });
    states.on(GetExecutionHistoryCommand, { executionArn: 'arn:2' }).resolves({ events });
    const { lines, outcomes } = await follow(['arn:1', 'arn:2']);
    expect(lines).toEqual([
      "hello in prod failed: machines of 'hello' in 'prod' are not replaced: it is not whole",
      'shop in prod done: 1 machine replaced',
    ]);
    expect(outcomes).toMatchObject([
      { reason: 'NotRecyclable', replaced: 0 },
      { app: 'shop', replaced: 1 },
    ]);
  });

  test('a batch that made way for a rollout does not count', async () => {
    const input = JSON.stringify(order);
    states.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED', input });
    const failure = { Error: 'RecyclingYielded', Cause: '{}' };
    states
      .on(GetExecutionHistoryCommand)
      .resolves({ events: [entered('Recycled', failure), entered('LaunchReplacements', planned)] });
    expect((await follow(['arn:1'])).lines).toEqual(['hello in prod done: 1 machine replaced']);
  });

  test('ends with Ctrl-C and leaves them to go on', async () => {
    const controller = new AbortController();
    states.on(DescribeExecutionCommand).callsFake(() => {
      controller.abort(new Error('interrupted'));
      return { status: 'RUNNING', input: JSON.stringify(order) };
    });
    states.on(GetExecutionHistoryCommand).resolves({ events: LOOKS[0] as HistoryEvent[] });
    await expect(follow(['arn:1'], controller.signal)).rejects.toThrow('interrupted');
  });
});

describe('recycleNow', () => {
  const deps = {
    connection,
    stack: { recycleStateMachineArn: 'arn:recycle' } as Stack,
    clock: instantClock(),
    signal: new AbortController().signal,
  };

  test('gives the replacements that the plan started, and none that another plan had started', async () => {
    states.on(StartExecutionCommand).resolves({ executionArn: 'arn:plan' });
    states
      .on(DescribeExecutionCommand)
      .resolvesOnce({ status: 'RUNNING' })
      .resolves({
        status: 'SUCCEEDED',
        output: JSON.stringify([{ started: true }, { started: false }, { started: true }]),
      });
    const started = (arn: string): HistoryEvent =>
      ({
        type: 'TaskSucceeded',
        taskSucceededEventDetails: {
          resourceType: 'states',
          resource: 'startExecution',
          output: JSON.stringify({ ExecutionArn: arn }),
        },
      }) as HistoryEvent;
    const lambda = {
      type: 'TaskSucceeded',
      taskSucceededEventDetails: { resourceType: 'lambda', resource: 'invoke', output: '{}' },
    } as HistoryEvent;
    const failed = {
      type: 'TaskFailed',
      taskFailedEventDetails: { resourceType: 'states', error: 'ExecutionAlreadyExists' },
    } as HistoryEvent;
    states
      .on(GetExecutionHistoryCommand)
      .resolves({ events: [lambda, started('arn:1'), failed, started('arn:2')] });
    const input = { app: 'hello', all: true };
    expect(await recycleNow(input, deps)).toEqual({
      executionArn: 'arn:plan',
      replacements: ['arn:1', 'arn:2'],
      notStarted: 1,
    });
    const { name, ...request } = states.commandCalls(StartExecutionCommand)[0]?.args[0].input ?? {};
    expect(request).toEqual({
      stateMachineArn: 'arn:recycle',
      input: JSON.stringify({ ...input, requestId: name }),
    });
    await recycleNow(input, deps);
    expect(states.commandCalls(StartExecutionCommand)[1]?.args[0].input.name).not.toBe(name);
  });

  test('fails with the reason of the plan', async () => {
    states.on(StartExecutionCommand).resolves({ executionArn: 'arn:plan' });
    const cause = JSON.stringify({ errorType: 'AccessDenied', errorMessage: 'not authorized' });
    states.on(DescribeExecutionCommand).resolves({ status: 'FAILED', error: 'AccessDenied', cause });
    await expect(recycleNow({}, deps)).rejects.toThrow(
      'recycling was not planned (AccessDenied): not authorized',
    );
  });
});
