import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { AlarmRecord, AlarmSettings } from './alarm-record.ts';
import { alarmArn, alarmPeriodSeconds, alarmQueries } from './alarm-record.ts';
import { comparisonOf } from './evaluate-alarm.ts';
import { missingParameter, validationError } from './errors.ts';
import { runQueries } from './metric-queries.ts';
import type { CloudWatchScope } from './scope.ts';

const TREATMENTS: readonly string[] = ['breaching', 'notBreaching', 'ignore', 'missing'];

// API reference, PutMetricAlarm, EvaluationPeriods: a day, or seven for periods of an hour and more.
const DAY_SECONDS = 86_400;

const checkMetric = (input: PutMetricAlarmInput): void => {
  for (const name of ['MetricName', 'Namespace', 'Period', 'Threshold'] as const) {
    if (input[name] === undefined) throw missingParameter(name);
  }
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    throw validationError('Exactly one of Statistic and ExtendedStatistic must be specified');
};

const checkMetrics = (input: PutMetricAlarmInput): void => {
  const single = (
    ['MetricName', 'Namespace', 'Period', 'Statistic', 'ExtendedStatistic', 'Dimensions'] as const
  ).find((name) => input[name] !== undefined);
  if (single !== undefined)
    throw validationError(`The parameters Metrics and ${single} are mutually exclusive.`);
  const returned = input.Metrics?.filter(({ ReturnData }) => ReturnData !== false) ?? [];
  if (returned.length !== 1)
    throw validationError('Exactly one element of the metrics list should return data.');
};

const check = (input: PutMetricAlarmInput): void => {
  const { EvaluationPeriods: periods = 0, DatapointsToAlarm: needed = periods } = input;
  if (input.EvaluationCriteria !== undefined || input.ThresholdMetricId !== undefined)
    throw validationError('the local cloud evaluates alarms with a fixed threshold only');
  if (comparisonOf(input.ComparisonOperator) === undefined)
    throw validationError(
      `The value ${input.ComparisonOperator} for parameter ComparisonOperator is not supported.`,
    );
  if (input.TreatMissingData !== undefined && !TREATMENTS.includes(input.TreatMissingData))
    throw validationError(
      `The value ${input.TreatMissingData} for parameter TreatMissingData is not supported.`,
    );
  if (!Number.isInteger(periods) || periods < 1)
    throw validationError('EvaluationPeriods must be at least 1.');
  if (!Number.isInteger(needed) || needed < 1 || needed > periods)
    throw validationError('DatapointsToAlarm must be between 1 and EvaluationPeriods.');
  if (input.Metrics === undefined || input.Metrics.length === 0) checkMetric(input);
  else checkMetrics(input);
  const period = alarmPeriodSeconds(input);
  if (period * periods > (period >= 3_600 ? 7 * DAY_SECONDS : DAY_SECONDS))
    throw validationError(
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).',
    );
};

const withDefaults = (input: PutMetricAlarmInput): AlarmSettings => {
  const { AlarmName: _, ActionsEnabled: __, Tags: ___, ...settings } = input;
  return settings;
};

/** PutMetricAlarm: an alarm that exists keeps its state and tags; everything else is replaced. */
export const putMetricAlarm = (
  { context, alarms, metrics }: CloudWatchScope,
  input: PutMetricAlarmInput,
): AlarmRecord => {
  const name = input.AlarmName ?? '';
  if (name === '' || name.length > 255)
    throw validationError(`The value ${name} for parameter AlarmName is invalid.`);
  check(input);
  const settings = withDefaults(input);
  const now = context.clock.now();
  // Whatever is wrong with a metric or an expression shows now, not when it is evaluated.
  runQueries(alarmQueries(settings), { from: now - 1, until: now }, metrics);
  const existing = alarms.get(name);
  const record: AlarmRecord = {
    name,
    arn: alarmArn(context, name),
    settings,
    actionsEnabled: input.ActionsEnabled ?? true,
    tags:
      existing?.tags ??
      Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    configuredAt: now,
    state: existing?.state ?? {
      value: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      updatedAt: now,
      transitionedAt: now,
    },
  };
  alarms.put(name, record);
  return record;
};
