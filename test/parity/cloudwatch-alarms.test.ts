import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  ResourceNotFound,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { CloudEvent } from '#localcloud/cloud-context';
import { createCloudWatch } from '#localcloud/services/cloudwatch/index';
import type { ServiceFactory } from '#localcloud/service';
import { poll } from '#test/helpers/poll';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

// An alarm is looked at two seconds after the end of a period.
jest.setTimeout(20_000);

type Published = Pick<CloudEvent, 'detail-type' | 'source' | 'resources' | 'detail'>;

let running: TestCloud;
let client: CloudWatchClient;
let events: Published[];
let stateDir: string;

const recording: ServiceFactory = (context) => ({
  ...createCloudWatch(context),
  backplane: { publish: (event) => void events.push(event) },
});

const start = async (): Promise<void> => {
  running = await startTestCloud({ services: [recording], stateDir });
  client = new CloudWatchClient(running.clientConfig);
};

beforeEach(async () => {
  events = [];
  stateDir = mkdtempSync(join(tmpdir(), 'alarms-'));
  await start();
});

afterEach(async () => {
  client.destroy();
  await running.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const put = (more: Partial<PutMetricAlarmCommandInput> = {}): Promise<unknown> =>
  client.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      AlarmDescription: 'too many errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'App', Value: 'hello' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 10,
      ComparisonOperator: 'GreaterThanThreshold',
      ...more,
    }),
  );

const describeAlarm = async (): Promise<MetricAlarm | undefined> =>
  (await client.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }))).MetricAlarms?.[0];

const untilState = (state: string): Promise<MetricAlarm> =>
  poll(
    async () => {
      const alarm = await describeAlarm();
      return alarm?.StateValue === state ? alarm : undefined;
    },
    8_000,
    () => `the alarm is not in ${state}`,
  );

const lastMinute = (): Date => new Date(Math.floor(Date.now() / 60_000) * 60_000 - 60_000);

const putErrors = (Value: number): Promise<unknown> =>
  client.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [
        {
          MetricName: 'Errors',
          Dimensions: [{ Name: 'App', Value: 'hello' }],
          Timestamp: lastMinute(),
          Value,
        },
      ],
    }),
  );

describe('an alarm', () => {
  test('goes off by its data and says why, also as an event', async () => {
    await putErrors(25);
    await put();
    const alarm = await untilState('ALARM');
    expect(alarm).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:eu-central-1:000000000000:alarm:errors',
      ActionsEnabled: true,
      StateReason: expect.stringMatching(
        /^Threshold Crossed: 1 out of the last 1 datapoint \[25\.0 \(\d\d\/\d\d\/\d\d \d\d:\d\d:00\)\] was greater than the threshold \(10\.0\)/,
      ),
    });
    expect(JSON.parse(alarm.StateReasonData ?? '')).toMatchObject({ recentDatapoints: [25], threshold: 10 });
    expect(events).toEqual([
      {
        source: 'aws.cloudwatch',
        'detail-type': 'CloudWatch Alarm State Change',
        resources: [alarm.AlarmArn],
        detail: {
          alarmName: 'errors',
          state: expect.objectContaining({ value: 'ALARM', reason: alarm.StateReason }),
          previousState: expect.objectContaining({ value: 'INSUFFICIENT_DATA' }),
          configuration: {
            description: 'too many errors',
            metrics: [
              {
                id: 'm1',
                metricStat: {
                  metric: { namespace: 'Shop', name: 'Errors', dimensions: { App: 'hello' } },
                  period: 60,
                  stat: 'Sum',
                },
                returnData: true,
              },
            ],
          },
        },
      },
    ]);
  });

  test('is evaluated over an expression of several metrics', async () => {
    await putErrors(4);
    const metric = (Id: string) => ({
      Id,
      MetricStat: {
        Metric: { Namespace: 'Shop', MetricName: 'Errors', Dimensions: [{ Name: 'App', Value: 'hello' }] },
        Period: 60,
        Stat: 'Sum',
      },
      ReturnData: false,
    });
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: 'errors',
        Metrics: [metric('a'), metric('b'), { Id: 'both', Expression: 'a + b' }],
        EvaluationPeriods: 1,
        Threshold: 8,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    );
    expect((await untilState('ALARM')).Metrics).toHaveLength(3);
  });

  test('keeps its state and its tags when it is put again, and over a restart of the service', async () => {
    await put({ TreatMissingData: 'ignore', Tags: [{ Key: 'app', Value: 'hello' }] });
    await client.send(
      new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'by hand' }),
    );
    await put({ TreatMissingData: 'ignore', Threshold: 99, Tags: [{ Key: 'ignored', Value: 'now' }] });
    expect(await describeAlarm()).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'by hand',
      Threshold: 99,
    });
    const ResourceARN = (await describeAlarm())?.AlarmArn;
    const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    expect(await tags()).toEqual([{ Key: 'app', Value: 'hello' }]);
    await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'team', Value: 'shop' }] }));
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['app'] }));
    expect(await tags()).toEqual([{ Key: 'team', Value: 'shop' }]);
    await running.stop();
    await start();
    expect(await describeAlarm()).toMatchObject({ StateValue: 'ALARM', StateReason: 'by hand' });
    expect(await tags()).toEqual([{ Key: 'team', Value: 'shop' }]);
  });

  test('is found by prefix, state and metric', async () => {
    await put();
    await put({ AlarmName: 'other', MetricName: 'Slow' });
    await client.send(
      new SetAlarmStateCommand({ AlarmName: 'other', StateValue: 'OK', StateReason: 'by hand' }),
    );
    const names = async (input: object) =>
      (await client.send(new DescribeAlarmsCommand(input))).MetricAlarms?.map(({ AlarmName }) => AlarmName);
    expect(await names({ AlarmNamePrefix: 'err' })).toEqual(['errors']);
    expect(await names({ StateValue: 'OK' })).toEqual(['other']);
    expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
    const { MetricAlarms } = await client.send(
      new DescribeAlarmsForMetricCommand({
        Namespace: 'Shop',
        MetricName: 'Errors',
        Dimensions: [{ Name: 'App', Value: 'hello' }],
      }),
    );
    expect(MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['errors']);
    await client.send(new DisableAlarmActionsCommand({ AlarmNames: ['errors'] }));
    expect((await describeAlarm())?.ActionsEnabled).toBe(false);
  });

  test('that does not exist can be neither set nor deleted', async () => {
    await put();
    await expect(
      client.send(new SetAlarmStateCommand({ AlarmName: 'none', StateValue: 'OK', StateReason: '' })),
    ).rejects.toBeInstanceOf(ResourceNotFound);
    await expect(
      client.send(new DeleteAlarmsCommand({ AlarmNames: ['errors', 'none'] })),
    ).rejects.toBeInstanceOf(ResourceNotFound);
    expect(await describeAlarm()).toBeDefined();
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['errors'] }));
    expect(await describeAlarm()).toBeUndefined();
  });

  test.each([
    ['two statistics', { ExtendedStatistic: 'p95' }],
    ['more datapoints than periods', { DatapointsToAlarm: 2 }],
    ['an unknown treatment of missing data', { TreatMissingData: 'maybe' }],
    ['a period that is none', { Period: 45 }],
    ['more than a day to look at', { Period: 600, EvaluationPeriods: 200 }],
  ])('with %s is refused', async (_, more) => {
    await expect(put(more)).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await describeAlarm()).toBeUndefined();
  });
});
