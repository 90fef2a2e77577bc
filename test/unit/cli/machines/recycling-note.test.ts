import { describe, expect, test } from '@jest/globals';
import { listMachines } from '#cli/machines/list-machines';
import { recyclingNote } from '#cli/machines/recycling-note';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { RecyclingState } from '#pipeline/recycle/recycling-state';
import { anEnvironment, aServingRecord, minutesAgo, NOW } from '#test/helpers/cli-fixtures';

const state = (more: Partial<RecyclingState> = {}): RecyclingState => ({
  groupName: 'group-1',
  failures: 0,
  ...more,
});

const noteOf = (recycling: RecyclingState): string | undefined =>
  recyclingNote(aServingRecord({ recycling }), NOW);

describe('why an app is not recycled', () => {
  test('nothing is said when nothing keeps it', () => {
    expect(recyclingNote(aServingRecord(), NOW)).toBeUndefined();
    expect(noteOf(state())).toBeUndefined();
  });

  test('it was passed over', () => {
    expect(noteOf(state({ skipped: { reason: 'a rollout is under way', at: minutesAgo(4) } }))).toBe(
      'passed over 4m ago: a rollout is under way',
    );
  });

  test('its replacements fail, and how often', () => {
    expect(noteOf(state({ failures: 1, lastFailure: 'one target of two is unhealthy' }))).toBe(
      'the replacements failed once: one target of two is unhealthy',
    );
  });

  test('it is blocked, which counts for more than that it was passed over', () => {
    const skipped = { reason: 'blocked', at: minutesAgo(1) };
    const blocked = state({ failures: 3, lastFailure: 'no health', blockedSince: minutesAgo(120), skipped });
    expect(noteOf(blocked)).toBe('blocked for 2h, the replacements failed 3 times: no health');
  });

  test('nothing is said of a group that no longer serves', () => {
    expect(noteOf(state({ groupName: 'group-0', blockedSince: minutesAgo(1), failures: 3 }))).toBeUndefined();
  });
});

describe('listMachines', () => {
  const skipped = { reason: 'busy', at: minutesAgo(1) };
  const environment: DeployedEnvironment = { ...anEnvironment('prod'), maximumUptimeMinutes: 60 };
  const apps = [{ environment, record: aServingRecord({ recycling: state({ skipped }) }) }];
  const machine = {
    instanceId: 'i-1',
    app: 'hello',
    release: '1.0.0',
    environment: 'prod',
    zone: 'a',
    state: 'running',
    launchedAt: minutesAgo(50),
  };

  test('machines have the limit of their environment; what keeps their group is said of them', () => {
    expect(listMachines([{ ...machine, groupName: 'group-1' }], apps, NOW)).toEqual([
      {
        ...machine,
        groupName: 'group-1',
        maximumUptimeSeconds: 3600,
        recycling: 'passed over 1m ago: busy',
      },
    ]);
  });

  test('what keeps one machine counts for more than what keeps its group, and says nothing of the others', () => {
    const passedOver = [
      { instanceId: 'i-1', reason: 'is protected from scale-in', since: minutesAgo(30) },
    ] as const;
    const record = aServingRecord({ passedOver });
    const listed = listMachines(
      [
        { ...machine, groupName: 'group-1' },
        { ...machine, instanceId: 'i-2', groupName: 'group-1' },
      ],
      [{ environment, record }],
      NOW,
    );
    expect(listed.map(({ recycling }) => recycling)).toEqual([
      'passed over for 30m: it is protected from scale-in',
      undefined,
    ]);
  });

  test('what keeps the group that serves does not keep others, nor a smoke machine', () => {
    const others = [{ ...machine, groupName: 'group-2' }, machine];
    for (const listed of listMachines(others, apps, NOW)) expect(listed).not.toHaveProperty('recycling');
  });

  test('a machine of an app that is not known has no limit', () => {
    expect(listMachines([{ ...machine, app: 'other' }], apps, NOW)).toEqual([{ ...machine, app: 'other' }]);
  });
});
