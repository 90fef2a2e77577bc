import { describe, expect, test } from '@jest/globals';
import { switchProgress } from '#cli/environments/switch-progress';
import { aLease, aServingRecord, minutesAgo } from '#test/helpers/cli-fixtures';

const off = { since: minutesAgo(1), by: 'ann', capacity: { min: 2, desired: 2, max: 4 } };

describe('switchProgress', () => {
  test('is off when every app is recorded as off and its last machine is gone', () => {
    const app = { record: aServingRecord({ off }), machines: 1, healthy: 0, desired: 0 };
    expect(switchProgress('off', [app])).toEqual({ done: false, note: '1 machine left', later: [] });
    expect(switchProgress('off', [{ ...app, machines: 0 }]).done).toBe(true);
    expect(switchProgress('off', [{ ...app, machines: 0, record: aServingRecord() }]).done).toBe(false);
  });

  test('is on when every machine that there is to be is healthy', () => {
    const app = { record: aServingRecord(), machines: 2, healthy: 1, desired: 2 };
    expect(switchProgress('on', [app])).toEqual({ done: false, note: '1 of 2 machines healthy', later: [] });
    expect(switchProgress('on', [{ ...app, healthy: 2 }]).done).toBe(true);
    expect(switchProgress('on', [{ ...app, healthy: 0, desired: 0 }]).done).toBe(false);
    expect(switchProgress('on', [{ ...app, healthy: 2, record: aServingRecord({ off }) }]).done).toBe(false);
  });

  test('does not wait for an app in the middle of a rollout, and names it', () => {
    const app = { record: aServingRecord({ lease: aLease() }), machines: 4, healthy: 4, desired: 2 };
    expect(switchProgress('off', [app])).toEqual({ done: true, note: '0 machines left', later: ['hello'] });
  });

  test('has nothing to wait for in an environment without apps', () => {
    expect(switchProgress('on', []).done).toBe(true);
    expect(switchProgress('off', []).done).toBe(true);
  });
});
