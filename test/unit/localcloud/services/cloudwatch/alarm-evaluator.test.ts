import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { CloudContext } from '#localcloud/cloud-context';
import { createAlarmEvaluator } from '#localcloud/services/cloudwatch/alarm-evaluator';
import { openAlarms } from '#localcloud/services/cloudwatch/alarm-record';
import { setAlarmState } from '#localcloud/services/cloudwatch/alarms';
import { putMetricAlarm } from '#localcloud/services/cloudwatch/put-metric-alarm';
import type { CloudWatchScope } from '#localcloud/services/cloudwatch/scope';
import { closeMetrics, noon, openMetrics } from './metrics-under-test.ts';

afterEach(closeMetrics);

const watch = (more: Partial<PutMetricAlarmInput> = {}) => {
  const { clock, store, metrics, put } = openMetrics();
  const told: unknown[] = [];
  const context: Pick<CloudContext, 'clock' | 'store' | 'region' | 'accountId' | 'log'> & {
    readonly backplane: Pick<CloudContext['backplane'], 'publish'>;
  } = {
    clock,
    store,
    region: 'eu-central-1',
    accountId: '000000000000',
    log: () => undefined,
    backplane: { publish: ({ detail }) => void told.push((detail['state'] as { value: string }).value) },
  };
  const scope: CloudWatchScope = { context: context as CloudContext, metrics, alarms: openAlarms(store) };
  const input: PutMetricAlarmInput = {
    AlarmName: 'errors',
    Namespace: 'Shop',
    MetricName: 'Requests',
    Dimensions: [{ Name: 'App', Value: 'hello' }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 10,
    ComparisonOperator: 'GreaterThanThreshold',
    ...more,
  };
  putMetricAlarm(scope, input);
  const evaluator = createAlarmEvaluator(scope);
  return {
    scope,
    put,
    told,
    /** State after the evaluations of so many seconds after noon. */
    at: async (seconds: number): Promise<string | undefined> => {
      await clock.advanceTo(noon + seconds * 1_000);
      evaluator.evaluateDue();
      return scope.alarms.get('errors')?.state.value;
    },
  };
};

describe('an alarm', () => {
  test('looks at a minute two seconds after its end, and not before', async () => {
    const { put, at, told } = watch();
    put(11, 30);
    expect(await at(59)).toBe('INSUFFICIENT_DATA');
    expect(await at(61)).toBe('INSUFFICIENT_DATA');
    expect(await at(62)).toBe('ALARM');
    put(9, 70);
    expect(await at(119)).toBe('ALARM');
    expect(await at(122)).toBe('OK');
    expect(told).toEqual(['ALARM', 'OK']);
  });

  test('is told once for each change, not for each evaluation', async () => {
    const { put, at, told } = watch();
    for (const minute of [0, 1, 2, 3]) {
      put(50, minute * 60);
      await at(minute * 60 + 62);
    }
    expect(told).toEqual(['ALARM']);
  });

  test('has insufficient data again when the metric stays away', async () => {
    const { put, at, told } = watch();
    put(11, 0);
    for (const minute of [1, 2, 3, 4, 5]) await at(minute * 60 + 2);
    expect(told).toEqual(['ALARM', 'INSUFFICIENT_DATA']);
  });

  test('set by hand comes back to what its data says with the next minute', async () => {
    const { scope, put, at } = watch();
    put(1, 0);
    expect(await at(62)).toBe('OK');
    setAlarmState(scope, { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'by hand' });
    put(1, 60);
    expect(await at(70)).toBe('ALARM');
    expect(await at(122)).toBe('OK');
  });

  test('watches a percentile over periods that end with any minute', async () => {
    const { put, at } = watch({
      Statistic: undefined,
      ExtendedStatistic: 'p90',
      Period: 120,
      Threshold: 100,
    });
    for (let index = 0; index < 20; index += 1) put(index < 17 ? 1 : 500, 60 + index);
    expect(await at(182)).toBe('ALARM');
  });
});
