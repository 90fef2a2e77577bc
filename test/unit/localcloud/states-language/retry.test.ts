import { describe, expect, test } from '@jest/globals';
import { matchesFailure, StatesFailure } from '#localcloud/states-language/failure';
import { createRetryPolicy } from '#localcloud/states-language/retry';

const failure = (name: string): StatesFailure => new StatesFailure(name, undefined);

describe('a retry policy', () => {
  test('grows from 1 second by the factor 2, three times, unless told otherwise', () => {
    const policy = createRetryPolicy([{ ErrorEquals: ['E'] }]);
    const delays = [1, 2, 3, 4].map(() => policy.nextDelaySeconds(failure('E'), () => 0.5));
    expect(delays).toEqual([1, 2, 4, undefined]);
  });

  test('spreads over the whole delay with full jitter', () => {
    const policy = createRetryPolicy([{ ErrorEquals: ['E'], IntervalSeconds: 10, JitterStrategy: 'FULL' }]);
    expect(policy.nextDelaySeconds(failure('E'), () => 0.25)).toBe(2.5);
  });

  test('knows no retry for other errors', () => {
    expect(
      createRetryPolicy([{ ErrorEquals: ['E'] }]).nextDelaySeconds(failure('F'), () => 0),
    ).toBeUndefined();
  });
});

describe('matching', () => {
  test.each([
    [['States.ALL'], 'E', true],
    [['States.ALL'], 'States.Timeout', true],
    [['States.ALL'], 'States.DataLimitExceeded', false],
    [['States.ALL'], 'States.Runtime', false],
    [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    [['States.TaskFailed'], 'E', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['F', 'E'], 'E', true],
    [['e'], 'E', false],
  ])('%j and %s: %s', (names, error, expected) => {
    expect(matchesFailure(names, failure(error))).toBe(expected);
  });

  test('a missed heartbeat is a time-out and a heartbeat time-out', () => {
    const missed = new StatesFailure('States.Timeout', undefined, {
      alsoKnownAs: ['States.HeartbeatTimeout'],
    });
    expect(matchesFailure(['States.HeartbeatTimeout'], missed)).toBe(true);
    expect(matchesFailure(['States.Timeout'], missed)).toBe(true);
    expect(matchesFailure(['States.TaskFailed'], missed)).toBe(false);
  });
});
