import { describe, expect, test } from '@jest/globals';
import { renderForecast } from '#cli/recycle/render-forecast';
import { renderPlan } from '#cli/recycle/render-plan';
import { spanText } from '#cli/recycle/span-text';
import type { FleetGroup, RecyclingPlan } from '#pipeline/recycle/fleet';
import type { RecyclingForecast } from '#pipeline/recycle/forecast';

const at = '2026-01-01T12:00:00.000Z';
const machine = (id: string, launchedAt?: string): FleetGroup['machines'][number] => ({
  instanceId: `i-${id}`,
  zone: 'eu-central-1a',
  state: 'InService',
  healthy: true,
  protected: false,
  ...(launchedAt === undefined ? {} : { launchedAt: Date.parse(launchedAt) }),
});

const group: FleetGroup = {
  environment: 'prod',
  app: 'hello',
  groupName: 'g',
  releaseId: 'hello-1',
  desired: 3,
  max: 6,
  zones: ['eu-central-1a'],
  machines: [machine('1', '2026-01-01T10:00:00Z'), machine('2', '2026-01-01T11:00:00Z'), machine('3')],
  bootSeconds: 5,
};

const empty: RecyclingPlan = {
  at,
  seed: 'kiln',
  replacements: [],
  skipped: [],
  passedOver: [],
  held: [],
  turnOver: [],
};
const retire = [{ instanceId: 'i-1', zone: 'eu-central-1a' }] as const;

describe('renderPlan', () => {
  test('names each machine with its age, and what is left for later batches', () => {
    const replacements = [{ environment: 'prod', app: 'hello', groupName: 'g', retire, due: 3 }];
    const text = renderPlan({ ...empty, replacements }, [group]).replaceAll(/ {2,}/g, '  ');
    expect(text).toBe(
      [
        '1 machine of 1 group would be replaced now, the longest due first:',
        '  ENV  APP  MACHINE  ZONE  AGE',
        '  prod  hello  i-1  eu-central-1a  2h  then 2 more, batch by batch',
      ].join('\n'),
    );
  });

  test('says why groups are passed over and environments held, and that an uptime is too short', () => {
    const text = renderPlan(
      {
        ...empty,
        skipped: [{ environment: 'dev', app: 'shop', groupName: 's', due: 2, reason: 'no room' }],
        passedOver: [
          {
            environment: 'dev',
            app: 'hello',
            groupName: 'h',
            machines: [{ instanceId: 'i-1', reason: 'is protected from scale-in' }],
          },
        ],
        held: [{ environment: 'prod', reason: "alarm 'disk' is on" }],
        turnOver: [
          { environment: 'dev', machines: 2, seconds: 60, possible: true },
          {
            environment: 'prod',
            machines: 40,
            seconds: 9000,
            maximumUptimeSeconds: 7200,
            possible: false,
          },
          { environment: 'empty', machines: 0, seconds: 0, possible: true },
        ],
      },
      [],
    );
    expect(text.replaceAll(/ {2,}/g, '  ')).toBe(
      [
        'nothing is replaced now',
        '',
        'passed over though due:',
        '  dev  shop  2 machines  no room',
        '  dev  hello  i-1  is protected from scale-in',
        '',
        'held:',
        "  prod  alarm 'disk' is on",
        '',
        'replacing everything once takes:',
        '  dev  2 machines  60 s  no maximum uptime',
        '  prod  40 machines  2 h 30 min, which is too long  maximum uptime 2 h',
      ].join('\n'),
    );
  });

  test('says when the next machine falls due', () => {
    const text = renderPlan({ ...empty, nextDueAt: '2026-01-01T13:30:00.000Z' }, [group]);
    expect(text).toMatch(/^nothing is replaced now\n\nthe next machine falls due: .*\d\d:\d\d$/);
  });
});

describe('renderForecast', () => {
  const forecast: RecyclingForecast = {
    from: at,
    until: '2026-01-02T12:00:00.000Z',
    seed: 'kiln',
    replacements: [],
    skipped: [],
    passedOver: [],
    held: [],
    turnOver: [],
  };
  const batch = {
    at: '2026-01-01T12:30:00.000Z',
    until: '2026-01-01T12:31:00.000Z',
    environment: 'prod',
    app: 'hello',
    groupName: 'g',
  };

  test('lists machines by time, those that do not exist yet as such', () => {
    const text = renderForecast({
      ...forecast,
      replacements: [
        { ...batch, retire: [{ instanceId: 'i-1', zone: 'eu-central-1a', ageSeconds: 3600 }] },
        { ...batch, retire: [{ instanceId: 'i-forecast-00', zone: 'eu-central-1b', ageSeconds: 3500 }] },
      ],
    });
    expect(text).toMatch(/^2 machines in 2 batches until .*, if nothing else happens \(seed 'kiln'\):\n/);
    expect(text).toMatch(/prod +hello +i-1 +eu-central-1a +60 min\n/);
    expect(text).toMatch(/prod +hello +one not launched yet +eu-central-1b +58 min$/);
    expect(text).not.toContain('i-forecast');
  });

  test('says that nothing is replaced', () => {
    expect(renderForecast(forecast)).toMatch(/^no machine is replaced until .* \(seed 'kiln'\)$/);
  });

  test('is cut where it is long', () => {
    const retire = Array.from({ length: 250 }, (_, n) => ({
      instanceId: `i-${n}` as const,
      zone: 'a',
      ageSeconds: 1,
    }));
    const text = renderForecast({ ...forecast, replacements: [{ ...batch, retire }] });
    expect(text.split('\n')).toHaveLength(203);
    expect(text).toContain('and 50 more: --json lists them all');
  });
});

describe('spanText', () => {
  test.each([
    [1.4, '1 s'],
    [119, '119 s'],
    [120, '2 min'],
    [7199, '2 h'],
    [11_100, '3 h 5 min'],
    [86_400, '24 h'],
    [172_800, '2 days'],
    [216_000, '2.5 days'],
  ])('%s s are %s', (seconds, text) => {
    expect(spanText(seconds)).toBe(text);
  });
});
