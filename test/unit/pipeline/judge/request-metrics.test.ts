import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readP95, readRequestCounts } from '#pipeline/judge/request-metrics';

const cloudWatch = mockClient(CloudWatchClient);
const deps = { cloudWatch: new CloudWatchClient({ region: 'r' }) };

const BLUE = 'arn:aws:elasticloadbalancing:r:123456789012:targetgroup/blue/73e2d6bc';
const GREEN = 'arn:aws:elasticloadbalancing:r:123456789012:targetgroup/green/0f1e2d3c';
const scope = {
  loadBalancer: 'arn:aws:elasticloadbalancing:r:123456789012:loadbalancer/app/kiln/50dc6c49',
  targetGroups: [GREEN, BLUE],
  since: new Date('2026-01-01T00:00:42Z'),
  until: new Date('2026-01-01T00:02:10Z'),
};

const result = (Id: string, values: readonly number[], more: Partial<MetricDataResult> = {}) => ({
  Id,
  Timestamps: values.map((_, minute) => new Date(Date.UTC(2026, 0, 1, 0, minute))),
  Values: [...values],
  StatusCode: 'Complete' as const,
  ...more,
});

const answer = (...results: MetricDataResult[]): void => {
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: results });
};

const asked = () => cloudWatch.commandCalls(GetMetricDataCommand).map((call) => call.args[0].input);

beforeEach(() => {
  cloudWatch.reset();
});

describe('request counts', () => {
  test('one call asks for three sums of every target group, in whole minutes with the one under way', async () => {
    answer();
    await readRequestCounts(scope, deps);
    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toMatchObject({
      StartTime: new Date('2026-01-01T00:00:00Z'),
      EndTime: new Date('2026-01-01T00:03:00Z'),
    });
    const stats = asked()[0]?.MetricDataQueries?.map(({ MetricStat }) => MetricStat) ?? [];
    expect(stats.map((stat) => stat?.Metric?.MetricName)).toEqual([
      'RequestCount',
      'HTTPCode_Target_5XX_Count',
      'TargetConnectionErrorCount',
      'RequestCount',
      'HTTPCode_Target_5XX_Count',
      'TargetConnectionErrorCount',
    ]);
    expect(stats[3]).toEqual({
      Metric: {
        Namespace: 'AWS/ApplicationELB',
        MetricName: 'RequestCount',
        Dimensions: [
          { Name: 'TargetGroup', Value: 'targetgroup/blue/73e2d6bc' },
          { Name: 'LoadBalancer', Value: 'app/kiln/50dc6c49' },
        ],
      },
      Period: 60,
      Stat: 'Sum',
    });
  });

  test('the end is after the start within the first minute', async () => {
    answer();
    const since = new Date('2026-01-01T00:05:00Z');
    await readRequestCounts({ ...scope, since, until: since }, deps);
    expect(asked()[0]?.EndTime).toEqual(new Date('2026-01-01T00:06:00Z'));
  });

  test('5xx answers and refused connections of all minutes are errors', async () => {
    answer(result('g0_0', [100, 50]), result('g0_1', [3]), result('g0_2', [0, 2]), result('g1_0', [900]));
    expect(await readRequestCounts(scope, deps)).toEqual(
      new Map([
        [GREEN, { requests: 150, errors: 5 }],
        [BLUE, { requests: 900, errors: 0 }],
      ]),
    );
  });

  test('R10 metrics that are missing or no numbers are no requests', async () => {
    answer(result('g1_0', [Number.NaN, 7]), result('g1_1', [Number.NaN]));
    expect(await readRequestCounts(scope, deps)).toEqual(
      new Map([
        [GREEN, { requests: 0, errors: 0 }],
        [BLUE, { requests: 7, errors: 0 }],
      ]),
    );
    cloudWatch.reset();
    cloudWatch.on(GetMetricDataCommand).resolves({});
    expect((await readRequestCounts(scope, deps)).get(GREEN)).toEqual({ requests: 0, errors: 0 });
  });

  test('R10 a group whose errors could not be read has no requests either', async () => {
    answer(result('g0_0', [100]), result('g0_1', [], { StatusCode: 'InternalError' }), result('g1_0', [900]));
    const counts = await readRequestCounts(scope, deps);
    expect(counts.get(GREEN)).toEqual({ requests: 0, errors: 0 });
    expect(counts.get(BLUE)).toEqual({ requests: 900, errors: 0 });
  });

  test('values on several pages are added up', async () => {
    const later = result('g0_0', [20], { Timestamps: [new Date('2026-01-01T00:01:00Z')] });
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({
        MetricDataResults: [result('g0_0', [10], { StatusCode: 'PartialData' })],
        NextToken: 'more',
      })
      .resolves({ MetricDataResults: [later] });
    expect((await readRequestCounts(scope, deps)).get(GREEN)).toEqual({ requests: 30, errors: 0 });
    expect(asked().map(({ NextToken }) => NextToken)).toEqual([undefined, 'more']);
  });
});

describe('the 95th percentile', () => {
  test('is the mean of the minutes’, each counting as much as it had answers', async () => {
    answer(result('g0_0', [0.1, 0.4]), result('g0_1', [300, 100]));
    const p95 = await readP95(scope, deps);
    expect(p95.get(GREEN)).toBeCloseTo(0.175, 9);
    expect(p95.has(BLUE)).toBe(false);
    expect(
      asked()[0]
        ?.MetricDataQueries?.slice(0, 2)
        .map(({ MetricStat }) => MetricStat?.Stat),
    ).toEqual(['p95', 'SampleCount']);
  });

  test('R10 a percentile that is no number is not there', async () => {
    answer(result('g0_0', [Number.NaN]), result('g0_1', [300]));
    expect((await readP95(scope, deps)).size).toBe(0);
  });
});
