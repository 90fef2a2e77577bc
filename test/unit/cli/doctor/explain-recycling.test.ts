import { describe, expect, test } from '@jest/globals';
import { explainApp } from '#cli/doctor/explain-app';
import { explainEnvironment, explainRecycling } from '#cli/doctor/explain-recycling';
import type { EnvironmentFacts } from '#cli/doctor/explain-recycling';
import type { RecyclingState } from '#pipeline/recycle/recycling-state';
import { aLease, aServingRecord, aStatus, executionOf, minutesAgo, NOW } from '#test/helpers/cli-fixtures';

const state: RecyclingState = { groupName: 'group-1', failures: 0 };

describe('explainRecycling', () => {
  const explain = (recycling: RecyclingState) => explainRecycling(aServingRecord({ recycling }), NOW);

  test('is silent where nothing is wrong, and about a group that no longer serves', () => {
    expect(explain(state)).toEqual([]);
    expect(explain({ ...state, groupName: 'gone', failures: 3, blockedSince: minutesAgo(5) })).toEqual([]);
  });

  test('a blocked group needs somebody, who is told what to do', () => {
    const failed = { ...state, failures: 3, lastFailure: "'i-9' never answered" };
    expect(explain({ ...failed, blockedSince: minutesAgo(5) })).toEqual([
      {
        status: 'blocked',
        found:
          "its machines are not replaced any more, for 5m, after 3 failures in a row: 'i-9' never answered",
        remedy: 'kiln logs hello, then release a fix, or kiln recycle --unblock hello --env prod',
      },
    ]);
    expect(explain(failed)).toMatchObject([
      { status: 'note', found: expect.stringContaining('3 replacements in a row failed') },
    ]);
  });

  test('a group that was passed over is told with the reason', () => {
    const skipped = { reason: 'there is no room for a replacement', at: minutesAgo(3) };
    expect(explain({ ...state, skipped })).toMatchObject([
      {
        status: 'note',
        found: 'machines are due but were passed over 3m ago: there is no room for a replacement',
      },
    ]);
  });
});

describe('machines that stay though they are due', () => {
  const passedOver = [
    { instanceId: 'i-1', reason: 'is protected from scale-in', since: minutesAgo(90) },
    { instanceId: 'i-2', reason: 'is Standby, not InService', since: minutesAgo(5) },
  ] as const;

  test('are counted and named, beside what is said of their group', () => {
    expect(explainRecycling(aServingRecord({ passedOver }), NOW)).toMatchObject([
      {
        status: 'note',
        found:
          "2 machines are due but stay, for up to 1h: 'i-1' is protected from scale-in; 'i-2' is Standby, not InService",
      },
    ]);
    const recycling = { ...state, failures: 1, lastFailure: 'x' };
    expect(explainRecycling(aServingRecord({ passedOver, recycling }), NOW)).toHaveLength(2);
  });
});

describe('explainEnvironment', () => {
  const environment = { name: 'prod', maximumUptimeMinutes: 60, uptimeGraceMinutes: 30 };
  const budget = { environment: 'prod', updatedAt: minutesAgo(1), disruptions: [] };
  const explain = (facts: Partial<EnvironmentFacts>) =>
    explainEnvironment({ environment, budget, launchedAt: [], ...facts }, NOW);
  const held = { since: minutesAgo(10), reason: 'an outage, says ann: disk' };

  test('counts machines over the maximum uptime, and over the grace', () => {
    expect(explain({ launchedAt: [minutesAgo(59)] })).toEqual([]);
    expect(explain({ launchedAt: [minutesAgo(59), minutesAgo(61)] })).toMatchObject([
      {
        check: 'prod',
        status: 'note',
        found: '1 of 2 machines is over the maximum uptime of 60 min',
      },
    ]);
    expect(explain({ launchedAt: [minutesAgo(91), minutesAgo(61)] })).toMatchObject([
      {
        found:
          '2 of 2 machines are over the maximum uptime of 60 min, 1 of them past the grace of 30 min too',
        remedy: expect.stringContaining('kiln recycle --now --env prod'),
      },
    ]);
  });

  test('no machine is too old where there is no maximum uptime', () => {
    const forever = { name: 'dev', uptimeGraceMinutes: 30 };
    expect(explain({ environment: forever, launchedAt: [minutesAgo(10_000)] })).toEqual([]);
  });

  test('says who has how much of the budget', () => {
    const one = { kind: 'recycling', app: 'hello', machines: 2, executionArn: 'arn:1' } as const;
    const disruptions = [
      { ...one, since: minutesAgo(3) },
      { ...one, kind: 'chaos' as const, app: 'shop', machines: 1, since: minutesAgo(1) },
    ];
    expect(explain({ budget: { ...budget, disruptions } })).toEqual([
      {
        check: 'prod',
        status: 'ok',
        found:
          'of the disruption budget recycling of hello has 2 machines for 3m, chaos of shop has 1 machine for 1m',
      },
    ]);
  });

  test('says why recycling holds, and what overrides it', () => {
    expect(explain({ budget: { ...budget, held } })).toMatchObject([
      {
        found: 'recycling holds for 10m: an outage, says ann: disk',
        remedy: expect.stringContaining('--even-if-overdue'),
      },
    ]);
  });

  test('says an outage once, and how to end it', () => {
    const outage = { since: minutesAgo(10), by: 'ann', reason: 'disk' };
    expect(explain({ budget: { ...budget, outage, held } })).toEqual([
      {
        check: 'prod',
        status: 'note',
        found: 'an outage for 10m, says ann: disk; nothing is recycled and chaos is quiet',
        remedy: 'kiln chaos resume --env prod, once it is over',
      },
    ]);
  });
});

describe('a lease of recycling or chaos', () => {
  const explain = (trigger: 'recycling' | 'chaos', running: boolean) =>
    explainApp(
      {
        status: aStatus({ record: aServingRecord({ lease: aLease({ trigger }) }) }),
        executions: new Map([[executionOf(2), running ? 'RUNNING' : 'ABORTED']]),
      },
      NOW,
    )[0];

  test('is nothing to worry about while its execution runs', () => {
    expect(explain('recycling', true)).toMatchObject({
      status: 'ok',
      found: "machines are being replaced, by execution 'e-2' for 4m",
    });
    expect(explain('chaos', true)?.found).toMatch(/^chaos took a machine, /);
  });

  test('that lost its execution blocks nobody', () => {
    expect(explain('recycling', false)).toMatchObject({
      status: 'note',
      found: expect.stringContaining('which was stopped: whoever comes next takes over'),
    });
  });
});
