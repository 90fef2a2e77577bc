import { describe, expect, test } from '@jest/globals';
import {
  approvalAwaitedIn,
  isLiveIn,
  shownStates,
  statesSinceApproval,
  stepOf,
} from '#cli/progress/rollout-states';

const at = (seconds: number): Date => new Date(seconds * 1000);
const run = (state: string, environment: string, exitedAt?: number) => ({
  state,
  environment,
  enteredAt: at(0),
  ...(exitedAt === undefined ? {} : { exitedAt: at(exitedAt) }),
});

describe('isLiveIn', () => {
  test('asks for a finished rollout of that very environment', () => {
    const states = [run('FinishRollout', 'dev', 1), run('FinishRollout', 'prod')];
    expect(isLiveIn(states, 'dev')).toBe(true);
    expect(isLiveIn(states, 'prod')).toBe(false);
  });

  test('does not take a failed finish for one', () => {
    expect(isLiveIn([{ ...run('FinishRollout', 'dev', 1), failed: true }], 'dev')).toBe(false);
  });
});

describe('approvalAwaitedIn', () => {
  test('names the environment until somebody decided', () => {
    expect(approvalAwaitedIn([run('RequestApproval', 'prod')])).toBe('prod');
    expect(approvalAwaitedIn([run('RequestApproval', 'prod', 5)])).toBeUndefined();
  });
});

describe('shownStates', () => {
  const dev = [run('FinishRollout', 'dev', 1), run('StartRetirement', 'dev', 2)];

  test('ends with the last environment, whose tidying up nobody waits for', () => {
    const prod = [run('FinishRollout', 'prod', 3), run('StartRetirement', 'prod')];
    expect(shownStates([...dev, ...prod], 'prod').map(({ state }) => state)).toEqual([
      'FinishRollout',
      'StartRetirement',
      'FinishRollout',
    ]);
  });

  test('leaves out the waiting for people, and shows it once it is over', () => {
    expect(shownStates([...dev, run('RequestApproval', 'prod')], 'prod')).toEqual(dev);
    expect(shownStates([run('RequestApproval', 'prod', 9)], 'prod')).toHaveLength(1);
  });
});

describe('statesSinceApproval', () => {
  const start = run('StartRollout', 'prod');
  test.each([
    [
      'leaves out what led to an approval',
      [run('PlanRollout', 'prod', 1), run('RequestApproval', 'prod', 5), start],
      [start],
    ],
    [
      'is nothing while the approval is waited for',
      [run('PlanRollout', 'prod', 1), run('RequestApproval', 'prod')],
      [],
    ],
    [
      'is all where nobody was asked',
      [run('PlanRollout', 'prod', 1), start],
      [run('PlanRollout', 'prod', 1), start],
    ],
  ])('%s', (_what, states, since) => {
    expect(statesSinceApproval(states)).toEqual(since);
  });
});

describe('stepOf', () => {
  test('counts the shifts of the same environment', () => {
    const after = (state: string, environment: string, seconds: number) => ({
      ...run(state, environment, 99),
      enteredAt: at(seconds),
    });
    const judged = after('JudgeStep', 'prod', 3);
    const states = [
      after('ShiftTraffic', 'dev', 1),
      after('ShiftTraffic', 'prod', 2),
      judged,
      after('WaitForHealthyTargets', 'prod', 4),
      after('ShiftTraffic', 'prod', 5),
    ];
    expect(states.map((state) => stepOf(state, states))).toEqual([0, 0, 0, undefined, 1]);
  });
});
