import { describe, expect, test } from '@jest/globals';
import { readFailure, statusFor } from '#pipeline/release/failure';

describe('readFailure', () => {
  test("reads a function's error", () => {
    const cause = JSON.stringify({ errorType: 'ArtifactRejected', errorMessage: 'no archive', trace: [] });
    expect(readFailure('ArtifactRejected', cause)).toEqual({
      reason: 'ArtifactRejected',
      message: 'no archive',
    });
  });

  test("reads a nested execution's error", () => {
    const cause = JSON.stringify({ Error: 'MachinesKeepFailing', Cause: 'they do', Status: 'FAILED' });
    expect(readFailure('States.TaskFailed', cause)).toEqual({
      reason: 'MachinesKeepFailing',
      message: 'they do',
    });
  });

  test('keeps a cause that is not JSON', () => {
    expect(readFailure('States.Timeout', 'took too long')).toEqual({
      reason: 'States.Timeout',
      message: 'took too long',
    });
  });
});

describe('statusFor', () => {
  test.each([
    ['ArtifactRejected', 'rejected'],
    ['SmokeTestFailed', 'rejected'],
    ['ReleaseSuperseded', 'superseded'],
    ['States.Timeout', 'failed'],
    ['MachineUnavailable', 'failed'],
  ])('%s ends a release as %s', (reason, status) => {
    expect(statusFor({ reason, message: '' })).toBe(status);
  });
});
