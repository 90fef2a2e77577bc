import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchClient, StateValue } from '@aws-sdk/client-cloudwatch';

/** Creates an alarm whose state is what the test sets: its metric has no data. Resolves to what sets it. */
export const createTestAlarm = async (
  AlarmName: string,
  cloudWatch: CloudWatchClient,
): Promise<(state: StateValue) => Promise<void>> => {
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }),
  );
  return async (StateValue) => {
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'set by a test' }));
  };
};
