import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCloudWatch } from '#localcloud/services/cloudwatch/index';
import type { DebianAws } from '#test/helpers/debian-aws';
import { debianAws, hasDebianAws } from '#test/helpers/debian-aws';
import type { TestCloud } from '#test/helpers/start-test-cloud';
import { startTestCloud } from '#test/helpers/start-test-cloud';

const installed = hasDebianAws ? test : test.skip;
const patienceMs = 60_000;

let running: TestCloud;
let home: string;
let aws: DebianAws;

beforeAll(async () => {
  running = await startTestCloud({ services: [createCloudWatch] });
  home = mkdtempSync(join(tmpdir(), 'cloudwatch-cli-'));
  aws = debianAws(running.cloud.endpointUrl, home);
});

afterAll(async () => {
  await running.stop();
  rmSync(home, { recursive: true, force: true });
});

const cloudWatch = (...args: string[]): string[] => ['cloudwatch', ...args];

installed(
  'the AWS CLI, which speaks the older protocol, reads what it put',
  async () => {
    await aws.text(
      ...cloudWatch('put-metric-data', '--namespace', 'Shop', '--metric-name', 'Sold', '--unit', 'Count'),
      '--value',
      '3',
      '--dimensions',
      'App=hello,Zone=a',
    );
    const listed = await aws.json<{ Metrics: unknown[] }>(
      ...cloudWatch('list-metrics', '--namespace', 'Shop'),
    );
    const Dimensions = [
      { Name: 'App', Value: 'hello' },
      { Name: 'Zone', Value: 'a' },
    ];
    expect(listed.Metrics).toEqual([{ Namespace: 'Shop', MetricName: 'Sold', Dimensions }]);
    const Metric = { Namespace: 'Shop', MetricName: 'Sold', Dimensions };
    const times = [
      '--start-time',
      new Date(Date.now() - 600_000).toISOString(),
      '--end-time',
      new Date(Date.now() + 60_000).toISOString(),
    ];
    const data = await aws.json<{ MetricDataResults: { Values: number[]; StatusCode: string }[] }>(
      ...cloudWatch('get-metric-data', ...times, '--metric-data-queries'),
      JSON.stringify([{ Id: 'm', MetricStat: { Metric, Period: 60, Stat: 'p99.9' } }]),
    );
    expect(data.MetricDataResults).toMatchObject([{ Values: [3], StatusCode: 'Complete' }]);
    const statistics = await aws.json<{ Datapoints: { Sum: number; Unit: string }[] }>(
      ...cloudWatch('get-metric-statistics', '--namespace', 'Shop', '--metric-name', 'Sold', ...times),
      '--period',
      '60',
      '--statistics',
      'Sum',
      '--dimensions',
      'Name=App,Value=hello',
      'Name=Zone,Value=a',
    );
    expect(statistics.Datapoints).toMatchObject([{ Sum: 3, Unit: 'Count' }]);
  },
  patienceMs,
);

installed(
  'the AWS CLI and the SDK see the same alarms, each in its own protocol',
  async () => {
    await aws.text(
      ...cloudWatch(
        'put-metric-alarm',
        '--alarm-name',
        'errors',
        '--namespace',
        'Shop',
        '--metric-name',
        'Errors',
      ),
      '--statistic',
      'Sum',
      '--period',
      '60',
      '--evaluation-periods',
      '2',
      '--threshold',
      '0.5',
      '--comparison-operator',
      'GreaterThanThreshold',
      '--treat-missing-data',
      'ignore',
    );
    await aws.text(
      ...cloudWatch('set-alarm-state', '--alarm-name', 'errors', '--state-value', 'ALARM'),
      '--state-reason',
      'by <hand> & with umlauts: ä',
    );
    const client = new CloudWatchClient(running.clientConfig);
    const { MetricAlarms: [seen] = [] } = await client.send(new DescribeAlarmsCommand({}));
    client.destroy();
    const { MetricAlarms } = await aws.json<{ MetricAlarms: Record<string, unknown>[] }>(
      ...cloudWatch('describe-alarms', '--alarm-names', 'errors'),
    );
    const facts = {
      AlarmName: 'errors',
      StateValue: 'ALARM',
      StateReason: 'by <hand> & with umlauts: ä',
      Threshold: 0.5,
    };
    expect(seen).toMatchObject(facts);
    expect(MetricAlarms).toMatchObject([facts]);
  },
  patienceMs,
);

installed(
  'an error reaches the AWS CLI with the code of the older protocol',
  async () => {
    const put = aws.text(
      ...cloudWatch('put-metric-data', '--namespace', 'AWS/EC2', '--metric-name', 'A', '--value', '1'),
    );
    await expect(put).rejects.toThrow(
      'An error occurred (InvalidParameterValue) when calling the PutMetricData operation: The value AWS/ for parameter Namespace is invalid.',
    );
  },
  patienceMs,
);
