import { describe, expect, test } from '@jest/globals';
import { explainRelease, isUnderWay } from '#cli/doctor/explain-release';
import { aLease, aServingRecord, aTestedRelease, NOW } from '#test/helpers/cli-fixtures';

const record = aTestedRelease(2, { status: 'baked' });

describe('explainRelease', () => {
  test('tells of a release whose execution was stopped, and what to do', () => {
    expect(explainRelease({ record, state: 'ABORTED', apps: [aServingRecord()] }, NOW)).toEqual([
      {
        check: 'hello 2.0.0',
        status: 'note',
        found: "is 'baked' for 1m, but its execution was stopped: it goes no further",
        remedy: expect.stringContaining('drop it again'),
      },
    ]);
  });

  test('has nothing to say of one that runs, has ended well, or is in the hands of a rollout', () => {
    expect(explainRelease({ record, state: 'RUNNING', apps: [] }, NOW)).toEqual([]);
    expect(explainRelease({ record, state: 'SUCCEEDED', apps: [] }, NOW)).toEqual([]);
    const apps = [aServingRecord({ lease: aLease() })];
    expect(explainRelease({ record, state: 'ABORTED', apps }, NOW)).toEqual([]);
  });
});

describe('isUnderWay', () => {
  test('is what no final status was given to', () => {
    expect(isUnderWay(record)).toBe(true);
    expect(isUnderWay(aTestedRelease(1))).toBe(false);
    expect(isUnderWay(aTestedRelease(1, { status: 'superseded' }))).toBe(false);
  });
});
