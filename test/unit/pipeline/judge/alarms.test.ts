import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readAlarms } from '#pipeline/judge/alarms';

const cloudWatch = mockClient(CloudWatchClient);
const deps = { cloudWatch: new CloudWatchClient({ region: 'r' }) };

beforeEach(() => {
  cloudWatch.reset();
});

describe('named alarms', () => {
  test('R17 R18 one call tells those in ALARM, those without data and those that are not there', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { AlarmName: 'errors', StateValue: 'ALARM' },
        { AlarmName: 'latency', StateValue: 'OK' },
        { AlarmName: 'queue', StateValue: 'INSUFFICIENT_DATA' },
      ],
      CompositeAlarms: [{ AlarmName: 'all', StateValue: 'ALARM' }],
    });
    expect(await readAlarms(['errors', 'latency', 'queue', 'all', 'typo'], deps)).toEqual({
      active: ['errors', 'all'],
      insufficient: ['queue'],
      missing: ['typo'],
    });
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand).map((call) => call.args[0].input)).toEqual([
      {
        AlarmNames: ['errors', 'latency', 'queue', 'all', 'typo'],
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
      },
    ]);
  });

  test('without names nothing is asked: the call would answer with every alarm of the account', async () => {
    expect(await readAlarms([], deps)).toEqual({ active: [], insufficient: [], missing: [] });
    expect(cloudWatch.calls()).toHaveLength(0);
  });
});
