import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { AlarmSettings } from './alarm-record.ts';
import { alarmPeriodSeconds } from './alarm-record.ts';

/** A datapoint that an evaluation looked at. */
export interface EvaluatedPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number | undefined;
}

const words: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** `02/10/19 16:59:00` */
const dayAndTime = (at: number): string => {
  const [date = '', time = ''] = new Date(at).toISOString().slice(2, 19).split('T');
  return `${date.split('-').toReversed().join('/')} ${time}`;
};

/** A time as alarms write it: `2019-10-02T17:04:40.985+0000`. */
export const alarmTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

const missingText = (missing: number, treat: string): string =>
  `no datapoints were received for ${plural(missing, 'period')} and ${plural(missing, 'missing datapoint')} ${missing === 1 ? 'was' : 'were'} treated as [${treat === 'breaching' ? 'Breaching' : 'NonBreaching'}].`;

/** Why an evaluation led to a state, in CloudWatch's words. */
export const alarmReason = (
  state: StateValue,
  previous: StateValue,
  points: readonly EvaluatedPoint[],
  settings: AlarmSettings,
): string => {
  const {
    EvaluationPeriods: periods = 1,
    DatapointsToAlarm: needed = periods,
    Threshold: threshold = 0,
  } = settings;
  if (state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${plural(periods, 'datapoint')} ${periods === 1 ? 'was' : 'were'} unknown.`;
  const present = points
    .flatMap(({ at, value }) => (value === undefined ? [] : [{ at, value }]))
    .slice(-periods);
  if (present.length === 0)
    return `Threshold Crossed: ${missingText(periods, settings.TreatMissingData ?? 'missing')}`;
  const shown = present
    .toReversed()
    .map(({ at, value }) => `${decimal(value)} (${dayAndTime(at)})`)
    .join(', ');
  const verb = `${present.length === 1 ? 'was' : 'were'}${state === 'OK' ? ' not' : ''}`;
  const minimum = state === 'ALARM' ? needed : periods - needed + 1;
  return `Threshold Crossed: ${present.length} out of the last ${plural(periods, 'datapoint')} [${shown}] ${verb} ${words[settings.ComparisonOperator ?? '']} the threshold (${decimal(threshold)}) (minimum ${plural(minimum, 'datapoint')} for ${previous === 'INSUFFICIENT_DATA' ? 'OK' : previous} -> ${state} transition).`;
};

/** The facts behind an evaluation, as JSON. */
export const alarmReasonData = (
  now: number,
  points: readonly EvaluatedPoint[],
  settings: AlarmSettings,
): string => {
  const present = points.filter(({ value }) => value !== undefined);
  return JSON.stringify({
    version: '1.0',
    queryDate: alarmTime(now),
    startDate: alarmTime(present[0]?.at ?? points[0]?.at ?? now),
    ...(settings.Unit === undefined ? {} : { unit: settings.Unit }),
    ...(settings.Metrics === undefined
      ? { statistic: settings.Statistic ?? settings.ExtendedStatistic }
      : {}),
    period: alarmPeriodSeconds(settings),
    recentDatapoints: present.map(({ value }) => value),
    threshold: settings.Threshold ?? 0,
    evaluatedDatapoints: points.toReversed().map(({ at, value }) => ({ timestamp: alarmTime(at), value })),
  });
};
