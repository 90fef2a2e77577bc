import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { alarmTime } from './alarm-reason.ts';
import type { AlarmRecord, AlarmState } from './alarm-record.ts';
import { alarmQueries } from './alarm-record.ts';
import { metricOf } from './metric.ts';
import type { CloudWatchScope } from './scope.ts';

/** A state to bring an alarm into. */
export interface NextState {
  readonly value: StateValue;
  readonly reason: string;
  readonly reasonData?: string;
}

const eventState = ({ value, reason, reasonData, updatedAt }: AlarmState): object => ({
  value,
  reason,
  ...(reasonData === undefined ? {} : { reasonData }),
  timestamp: alarmTime(updatedAt),
});

const eventMetrics = (record: AlarmRecord): object[] =>
  alarmQueries(record.settings).map(({ Id, MetricStat: stat, Expression, Label, ReturnData }) => ({
    id: Id,
    ...(Label === undefined ? {} : { label: Label }),
    ...(Expression === undefined ? {} : { expression: Expression }),
    ...(stat === undefined
      ? {}
      : {
          metricStat: {
            metric: {
              namespace: stat.Metric?.Namespace,
              name: stat.Metric?.MetricName,
              dimensions: Object.fromEntries(metricOf('', '', stat.Metric?.Dimensions).dimensions),
            },
            period: stat.Period,
            stat: stat.Stat,
          },
        }),
    returnData: ReturnData ?? true,
  }));

/**
 * Stores a state of an alarm; if its value is another one, "CloudWatch Alarm State Change" goes out with it (User Guide,
 * "Alarm events and EventBridge"). Actions are stored and not performed.
 */
export const moveAlarm = (
  { context, alarms }: CloudWatchScope,
  record: AlarmRecord,
  { value, reason, reasonData }: NextState,
): void => {
  const now = context.clock.now();
  const previous = record.state;
  const state: AlarmState = {
    value,
    reason,
    ...(reasonData === undefined ? {} : { reasonData }),
    updatedAt: now,
    transitionedAt: value === previous.value ? previous.transitionedAt : now,
  };
  context.store.transaction(() => {
    alarms.put(record.name, { ...record, state });
    if (value === previous.value) return;
    context.backplane.publish({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [record.arn],
      detail: {
        alarmName: record.name,
        state: eventState(state),
        previousState: eventState(previous),
        configuration: {
          ...(record.settings.AlarmDescription === undefined
            ? {}
            : { description: record.settings.AlarmDescription }),
          metrics: eventMetrics(record),
        },
      },
    });
  });
};
