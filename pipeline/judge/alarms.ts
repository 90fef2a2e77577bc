import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';

/** Names of alarms by what they say. Alarms that are OK are in none of the lists. */
export interface AlarmReading {
  /** In ALARM: stop. */
  readonly active: string[];
  /** INSUFFICIENT_DATA. */
  readonly insufficient: string[];
  /** There is no alarm of that name. */
  readonly missing: string[];
}

/** Reads the named alarms, metric and composite ones, in one call; up to 100, its limit. */
export const readAlarms = async (
  names: readonly string[],
  deps: { readonly cloudWatch: CloudWatchClient },
): Promise<AlarmReading> => {
  // Without names the call would give every alarm of the account.
  if (names.length === 0) return { active: [], insufficient: [], missing: [] };
  const { MetricAlarms = [], CompositeAlarms = [] } = await deps.cloudWatch.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...new Set(names)],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      MaxRecords: 100,
    }),
  );
  const states = new Map(
    [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName, StateValue }) => [AlarmName, StateValue]),
  );
  const inState = (state: string | undefined): string[] => names.filter((name) => states.get(name) === state);
  return {
    active: inState('ALARM'),
    insufficient: inState('INSUFFICIENT_DATA'),
    missing: names.filter((name) => !states.has(name)),
  };
};
