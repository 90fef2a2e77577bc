import type {
  DeleteAlarmsInput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmRecord } from './alarm-record.ts';
import { alarmQueries, presentAlarm } from './alarm-record.ts';
import { moveAlarm } from './alarm-transition.ts';
import { alarmNotFound, invalidFormat, validationError } from './errors.ts';
import { metricOf } from './metric.ts';
import { pageOf } from './pages.ts';
import type { CloudWatchScope } from './scope.ts';

type Scope = Pick<CloudWatchScope, 'alarms'>;

const find = ({ alarms }: Scope, name: string | undefined): AlarmRecord => {
  const record = alarms.get(name ?? '');
  if (record === undefined) throw alarmNotFound();
  return record;
};

const hasAction = ({ settings }: AlarmRecord, prefix: string): boolean =>
  [settings.AlarmActions, settings.OKActions, settings.InsufficientDataActions].some((actions) =>
    actions?.some((action) => action.startsWith(prefix)),
  );

/** DescribeAlarms: metric alarms; there are no others here. */
export const describeAlarms = ({ alarms }: Scope, input: DescribeAlarmsInput): DescribeAlarmsOutput => {
  const { AlarmNames: names, AlarmNamePrefix: prefix, ActionPrefix: action } = input;
  if (names !== undefined && prefix !== undefined)
    throw validationError('AlarmNames and AlarmNamePrefix are mutually exclusive.');
  const composite =
    input.ChildrenOfAlarmName !== undefined ||
    input.ParentsOfAlarmName !== undefined ||
    input.AlarmTypes?.includes('MetricAlarm') === false;
  const found = composite
    ? []
    : alarms
        .list(prefix ?? '')
        .filter(({ name }) => names === undefined || names.includes(name))
        .filter(({ state }) => input.StateValue === undefined || state.value === input.StateValue)
        .filter((record) => action === undefined || hasAction(record, action));
  // API reference: at most 100 in one call, 50 unless told.
  const { items, ...page } = pageOf(found, input.NextToken, Math.min(input.MaxRecords ?? 50, 100));
  return { MetricAlarms: items.map(presentAlarm), CompositeAlarms: [], ...page };
};

/** DescribeAlarmsForMetric: alarms on exactly this metric. */
export const describeAlarmsForMetric = (
  { alarms }: Scope,
  input: DescribeAlarmsForMetricInput,
): DescribeAlarmsForMetricOutput => {
  const wanted = JSON.stringify(metricOf(input.Namespace, input.MetricName, input.Dimensions));
  const found = alarms.list().filter(({ settings }) =>
    alarmQueries(settings).some(({ MetricStat: stat }) => {
      const { Namespace, MetricName, Dimensions } = stat?.Metric ?? {};
      return (
        JSON.stringify(metricOf(Namespace, MetricName, Dimensions)) === wanted &&
        (input.Period === undefined || stat?.Period === input.Period) &&
        (input.Unit === undefined || stat?.Unit === input.Unit) &&
        [undefined, stat?.Stat].includes(input.Statistic ?? input.ExtendedStatistic)
      );
    }),
  );
  return { MetricAlarms: found.map(presentAlarm) };
};

/** DeleteAlarms: all or, when one does not exist, none. */
export const deleteAlarms = (
  scope: CloudWatchScope,
  { AlarmNames = [] }: DeleteAlarmsInput,
): Record<string, never> => {
  const records = AlarmNames.map((name) => find(scope, name));
  scope.context.store.transaction(() => {
    for (const { name } of records) scope.alarms.delete(name);
  });
  return {};
};

/** SetAlarmState: holds until the next evaluation comes to something else. */
export const setAlarmState = (scope: CloudWatchScope, input: SetAlarmStateInput): Record<string, never> => {
  const record = find(scope, input.AlarmName);
  const { StateValue: value, StateReasonData: reasonData } = input;
  if (value !== 'OK' && value !== 'ALARM' && value !== 'INSUFFICIENT_DATA')
    throw validationError(
      `1 validation error detected: Value '${value}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]`,
    );
  if (reasonData !== undefined && !isJson(reasonData)) throw invalidFormat('StateReasonData');
  moveAlarm(scope, record, {
    value,
    reason: input.StateReason ?? '',
    ...(reasonData === undefined ? {} : { reasonData }),
  });
  return {};
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** EnableAlarmActions and DisableAlarmActions; names of no alarm are passed over. */
export const setActionsEnabled = (
  { alarms }: Scope,
  names: readonly string[] | undefined,
  actionsEnabled: boolean,
): Record<string, never> => {
  for (const name of names ?? []) {
    const record = alarms.get(name);
    if (record !== undefined) alarms.put(name, { ...record, actionsEnabled });
  }
  return {};
};
