import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  InvalidParameterCombinationException,
  InvalidParameterValueException,
  ListMetricsCommand,
  paginateListMetrics,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import type { GetMetricDataCommandInput, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCloudWatch } from '#localcloud/services/cloudwatch/index';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

let running: TestCloud;
let client: CloudWatchClient;

beforeAll(async () => {
  running = await startTestCloud({ services: [createCloudWatch] });
  client = new CloudWatchClient(running.clientConfig);
});

afterAll(async () => {
  client.destroy();
  await running.stop();
});

const minute = 60_000;
const start = Math.floor(Date.now() / minute) * minute - 30 * minute;
const at = (minutes: number): Date => new Date(start + minutes * minute);

const put = (Namespace: string, ...MetricData: MetricDatum[]): Promise<unknown> =>
  client.send(new PutMetricDataCommand({ Namespace, MetricData }));

const data = (
  Namespace: string,
  MetricName: string,
  Stat: string,
  more: Partial<GetMetricDataCommandInput> = {},
  Period = 60,
) =>
  client.send(
    new GetMetricDataCommand({
      StartTime: at(0),
      EndTime: at(10),
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: { Namespace, MetricName }, Period, Stat } }],
      ...more,
    }),
  );

describe('metric data', () => {
  test('comes back by period, newest first unless asked otherwise', async () => {
    const datum = { MetricName: 'Sold', Unit: 'Count' as const };
    await put('Order', { ...datum, Timestamp: at(1), Value: 2 }, { ...datum, Timestamp: at(1), Value: 3 });
    await put('Order', { ...datum, Timestamp: at(3), Values: [1, 7], Counts: [2, 1] });
    const { MetricDataResults: [newest] = [] } = await data('Order', 'Sold', 'Sum');
    expect(newest).toEqual({
      Id: 'm',
      Label: 'Sold',
      Timestamps: [at(3), at(1)],
      Values: [9, 5],
      StatusCode: 'Complete',
    });
    const { MetricDataResults: [oldest] = [] } = await data('Order', 'Sold', 'Average', {
      ScanBy: 'TimestampAscending',
    });
    expect(oldest?.Values).toEqual([2.5, 3]);
    const { MetricDataResults: [whole] = [] } = await data('Order', 'Sold', 'Maximum', {}, 300);
    expect(whole).toMatchObject({ Timestamps: [at(0)], Values: [7] });
  });

  test('arrives whole from a request that the client compresses', async () => {
    const Values = Array.from({ length: 150 }, (_, index) => index + 0.123456789);
    const many = Array.from({ length: 40 }, (): MetricDatum => ({
      MetricName: 'Time',
      Timestamp: at(1),
      Values,
    }));
    await put('Compressed', ...many);
    const { MetricDataResults } = await data('Compressed', 'Time', 'SampleCount');
    expect(MetricDataResults?.[0]?.Values).toEqual([150 * 40]);
  });

  test('computes percentiles and expressions over several metrics', async () => {
    const times = Array.from({ length: 100 }, (_, index) => 0.01 * (index + 1));
    await put('Math', { MetricName: 'Time', Timestamp: at(2), Values: times });
    await put('Math', { MetricName: 'Errors', Timestamp: at(2), Value: 5 });
    await put('Math', { MetricName: 'All', Timestamp: at(2), Value: 200 });
    const query = (Id: string, MetricName: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Math', MetricName }, Period: 60, Stat },
      ReturnData: Id === 't',
    });
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: at(0),
        EndTime: at(10),
        MetricDataQueries: [
          query('t', 'Time', 'p95'),
          query('e', 'Errors', 'Sum'),
          query('a', 'All', 'Sum'),
          { Id: 'ratio', Expression: 'e / a', Label: 'Error ratio' },
        ],
      }),
    );
    expect(Math.abs((MetricDataResults[0]?.Values?.[0] ?? 0) / 0.95 - 1)).toBeLessThan(0.011);
    expect(MetricDataResults[1]).toMatchObject({ Id: 'ratio', Label: 'Error ratio', Values: [0.025] });
  });

  test('comes in pages of as many datapoints as asked for', async () => {
    const datum = (MetricName: string, minutes: number): MetricDatum => ({
      MetricName,
      Timestamp: at(minutes),
      Value: minutes,
    });
    await put('Pages', ...[1, 2, 3].flatMap((minutes) => [datum('A', minutes), datum('B', minutes)]));
    const query = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Pages', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const seen: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await data('', '', '', {
        MetricDataQueries: [query('a', 'A'), query('b', 'B')],
        MaxDatapoints: 2,
        NextToken,
      });
      for (const { Id, Values, StatusCode } of page.MetricDataResults ?? [])
        seen.push([Id, Values, StatusCode]);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(seen).toEqual([
      ['a', [3, 2], 'PartialData'],
      ['a', [1], 'Complete'],
      ['b', [3], 'PartialData'],
      ['b', [2, 1], 'Complete'],
    ]);
  });

  test('is refused in the namespaces of AWS and with contradicting values', async () => {
    await expect(put('AWS/ApplicationELB', { MetricName: 'RequestCount', Value: 1 })).rejects.toThrow(
      new InvalidParameterValueException({
        message: 'The value AWS/ for parameter Namespace is invalid.',
        $metadata: {},
      }),
    );
    await expect(put('Shop', { MetricName: 'A', Value: 1, Values: [1] })).rejects.toBeInstanceOf(
      InvalidParameterCombinationException,
    );
    await expect(put('Shop', { MetricName: 'A', Timestamp: at(-60 * 24 * 20), Value: 1 })).rejects.toThrow(
      'MetricData.member.1.Timestamp must specify a time no more than two weeks in the past.',
    );
  });
});

test('statistics are given for each unit, with percentiles beside them', async () => {
  await put('Units', { MetricName: 'Size', Unit: 'Bytes', Timestamp: at(1), Value: 4 });
  await put('Units', { MetricName: 'Size', Unit: 'Kilobytes', Timestamp: at(1), Value: 6 });
  const common = { Namespace: 'Units', MetricName: 'Size', StartTime: at(0), EndTime: at(5), Period: 60 };
  const { Datapoints = [], Label } = await client.send(
    new GetMetricStatisticsCommand({ ...common, Statistics: ['Sum', 'SampleCount'] }),
  );
  expect(Label).toBe('Size');
  expect(Datapoints.toSorted((left, right) => (left.Sum ?? 0) - (right.Sum ?? 0))).toEqual([
    { Timestamp: at(1), Unit: 'Bytes', Sum: 4, SampleCount: 1 },
    { Timestamp: at(1), Unit: 'Kilobytes', Sum: 6, SampleCount: 1 },
  ]);
  const { Datapoints: kilobytes } = await client.send(
    new GetMetricStatisticsCommand({ ...common, Unit: 'Kilobytes', ExtendedStatistics: ['p50'] }),
  );
  expect(kilobytes).toEqual([{ Timestamp: at(1), Unit: 'Kilobytes', ExtendedStatistics: { p50: 6 } }]);
});

test('metrics are listed by namespace, name and dimension, in pages', async () => {
  const names = Array.from({ length: 600 }, (_, index) => `Metric${index}`);
  const Dimensions = [{ Name: 'App', Value: 'hello' }];
  await put('List', ...names.map((MetricName): MetricDatum => ({ MetricName, Dimensions, Value: 1 })));
  let count = 0;
  for await (const { Metrics = [] } of paginateListMetrics({ client }, { Namespace: 'List' }))
    count += Metrics.length;
  expect(count).toBe(600);
  const find = async (Name: string, Value?: string): Promise<number | undefined> =>
    (
      await client.send(
        new ListMetricsCommand({ Namespace: 'List', MetricName: 'Metric7', Dimensions: [{ Name, Value }] }),
      )
    ).Metrics?.length;
  expect([
    await find('App'),
    await find('App', 'hello'),
    await find('App', 'other'),
    await find('Zone'),
  ]).toEqual([1, 1, 0, 0]);
});
