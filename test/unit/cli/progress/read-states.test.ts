import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readStates } from '#cli/progress/read-states';

const mock = mockClient(SFNClient);
afterEach(() => {
  mock.reset();
});

const at = (seconds: number): Date => new Date(seconds * 1000);
const entered = (name: string, seconds: number): HistoryEvent =>
  ({ type: 'TaskStateEntered', timestamp: at(seconds), stateEnteredEventDetails: { name } }) as HistoryEvent;
const exited = (name: string, seconds: number): HistoryEvent =>
  ({ type: 'TaskStateExited', timestamp: at(seconds), stateExitedEventDetails: { name } }) as HistoryEvent;
const started = (input: object): HistoryEvent =>
  ({
    type: 'ExecutionStarted',
    timestamp: at(0),
    executionStartedEventDetails: { input: JSON.stringify(input) },
  }) as HistoryEvent;

const tellHistory = (executionArn: string, events: readonly HistoryEvent[]): void => {
  mock.on(GetExecutionHistoryCommand, { executionArn }).resolves({ events: [...events] });
};

describe('readStates', () => {
  test('puts the states of the rollouts in the place of the state that waits for them, without mere choices', async () => {
    tellHistory('release', [
      started({ app: 'hello' }),
      entered('BakeImage', 1),
      exited('BakeImage', 2),
      entered('Anything', 3),
      {
        type: 'TaskScheduled',
        taskScheduledEventDetails: { resourceType: 'states', resource: 'startExecution.sync:2' },
      } as HistoryEvent,
      {
        type: 'TaskSubmitted',
        taskSubmittedEventDetails: { resourceType: 'states', output: '{"ExecutionArn":"rollout"}' },
      } as HistoryEvent,
    ]);
    tellHistory('rollout', [
      started({ environment: 'prod' }),
      entered('ShiftTraffic', 4),
      exited('ShiftTraffic', 5),
      { ...entered('IsFullyShifted', 5), type: 'ChoiceStateEntered' },
      { ...exited('IsFullyShifted', 5), type: 'ChoiceStateExited' },
      entered('JudgeStep', 6),
    ]);
    const found = await readStates('release', new SFNClient({ region: 'r' }));
    expect(found?.ended).toBe(false);
    expect(found?.states).toEqual([
      { state: 'BakeImage', enteredAt: at(1), exitedAt: at(2) },
      { state: 'ShiftTraffic', environment: 'prod', enteredAt: at(4), exitedAt: at(5) },
      { state: 'JudgeStep', environment: 'prod', enteredAt: at(6) },
    ]);
  });
});
