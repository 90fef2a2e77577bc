import { describe, expect, test } from '@jest/globals';
import { automaticEnvironments, releaseOutcome } from '#cli/progress/release-outcome';
import type { EnvironmentStatus, ReleaseRecord } from '#pipeline/model';
import { anEnvironment, aTestedRelease, minutesAgo } from '#test/helpers/cli-fixtures';

const approval = { approvers: 1, users: [], requesterMayApprove: true, expiryMinutes: 60 };
const environments = [anEnvironment('dev'), anEnvironment('prod', approval)];

const recordOf = (
  statuses: Readonly<Record<string, EnvironmentStatus>>,
  status: ReleaseRecord['status'] = 'rolling-out',
): ReleaseRecord =>
  aTestedRelease(2, {
    status,
    environments: Object.fromEntries(
      Object.entries(statuses).map(([name, found]) => [name, { status: found, at: minutesAgo(1) }]),
    ),
  });

describe('releaseOutcome', () => {
  test.each([
    ['is on its way', recordOf({})],
    ['rolls out', recordOf({ dev: 'rolling-out' })],
    ['serves in the first', recordOf({ dev: 'live' }, 'live')],
    ['rolls out to the last', recordOf({ dev: 'live', prod: 'rolling-out' })],
  ])('is open while the release %s', (_what, record) => {
    expect(releaseOutcome(record, environments, false)).toBeUndefined();
  });

  test('is live where it serves in the last environment, even if replaced meanwhile', () => {
    const live = { kind: 'live', environment: 'prod' };
    expect(releaseOutcome(recordOf({ dev: 'live', prod: 'live' }), environments, false)).toEqual(live);
    expect(releaseOutcome(recordOf({ dev: 'live', prod: 'replaced' }), environments, false)).toEqual(live);
  });

  test('names the environment that awaits approval', () => {
    expect(releaseOutcome(recordOf({ dev: 'live', prod: 'awaiting-approval' }), environments, false)).toEqual(
      { kind: 'awaiting-approval', environment: 'prod' },
    );
  });

  test.each([
    ['refused before any environment', recordOf({}, 'rejected')],
    ['rolled back', recordOf({ dev: 'rolled-back' })],
    ['overtaken', recordOf({ dev: 'live', prod: 'superseded' })],
    ['not approved', recordOf({ dev: 'live', prod: 'rejected' })],
  ])('has ended when it was %s', (_what, record) => {
    expect(releaseOutcome(record, environments, false)).toEqual({ kind: 'ended' });
  });

  test('is as far as it came when its execution has ended', () => {
    expect(releaseOutcome(recordOf({ dev: 'live' }), environments, true)).toEqual({
      kind: 'live',
      environment: 'dev',
    });
    expect(releaseOutcome(recordOf({}), environments, true)).toEqual({ kind: 'ended' });
  });
});

describe('automaticEnvironments', () => {
  test('are those before the first that asks people', () => {
    const after = [...environments, anEnvironment('eu')];
    expect(automaticEnvironments(after).map(({ name }) => name)).toEqual(['dev']);
    expect(automaticEnvironments([anEnvironment('dev')]).map(({ name }) => name)).toEqual(['dev']);
  });
});
