import type {
  MetricAlarm,
  MetricDataQuery,
  PutMetricAlarmInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import type { CloudContext } from '../../cloud-context.ts';
import type { Collection, Store } from '../../store.ts';

/** The state of an alarm and how it came to it. */
export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON. */
  readonly reasonData?: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  /** When the value changed last, milliseconds since the epoch. */
  readonly transitionedAt: number;
}

/** What an alarm watches and how, as it was put. */
export type AlarmSettings = Omit<PutMetricAlarmInput, 'AlarmName' | 'ActionsEnabled' | 'Tags'>;

/** A stored metric alarm. */
export interface AlarmRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: AlarmSettings;
  readonly actionsEnabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly configuredAt: number;
  readonly state: AlarmState;
}

/** All alarms, by name. */
export type Alarms = Collection<AlarmRecord>;

/** Opens the collection. */
export const openAlarms = (store: Store): Alarms => store.collection('cloudwatch.alarms');

/** ARN of an alarm (Service Authorization Reference, Amazon CloudWatch). */
export const alarmArn = (
  { region, accountId }: Pick<CloudContext, 'region' | 'accountId'>,
  name: string,
): string => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

/** The queries of an alarm; that of a plain alarm is its metric. */
export const alarmQueries = ({ Metrics, ...settings }: AlarmSettings): MetricDataQuery[] =>
  Metrics !== undefined && Metrics.length > 0
    ? Metrics
    : [
        {
          Id: 'm1',
          MetricStat: {
            Metric: {
              Namespace: settings.Namespace,
              MetricName: settings.MetricName,
              Dimensions: settings.Dimensions,
            },
            Period: settings.Period,
            Stat: settings.Statistic ?? settings.ExtendedStatistic,
            Unit: settings.Unit,
          },
        },
      ];

/** Length of one datapoint of an alarm, in seconds. */
export const alarmPeriodSeconds = (settings: AlarmSettings): number =>
  Math.max(1, ...alarmQueries(settings).map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? 1));

/** The alarm as the API shows it. */
export const presentAlarm = ({
  name,
  arn,
  settings,
  actionsEnabled,
  configuredAt,
  state,
}: AlarmRecord): MetricAlarm => ({
  ...settings,
  OKActions: settings.OKActions ?? [],
  AlarmActions: settings.AlarmActions ?? [],
  InsufficientDataActions: settings.InsufficientDataActions ?? [],
  ...(settings.Metrics === undefined ? { Dimensions: settings.Dimensions ?? [] } : {}),
  AlarmName: name,
  AlarmArn: arn,
  ActionsEnabled: actionsEnabled,
  AlarmConfigurationUpdatedTimestamp: new Date(configuredAt),
  StateValue: state.value,
  StateReason: state.reason,
  ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
  StateUpdatedTimestamp: new Date(state.updatedAt),
  StateTransitionedTimestamp: new Date(state.transitionedAt),
});
