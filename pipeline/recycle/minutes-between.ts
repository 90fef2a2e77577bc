/** As the template has it. */
export const DEFAULT_MINUTES = 5;
const UNIT_MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };

/** Every how many minutes an expression of EventBridge Scheduler comes; the usual five for one that is no rate. */
export const minutesBetween = (expression: string | undefined): number => {
  const groups = /^rate\((?<value>\d+) (?<unit>minute|hour|day)s?\)$/.exec(expression ?? '')?.groups;
  const minutes = Number(groups?.['value']) * (UNIT_MINUTES[groups?.['unit'] ?? ''] ?? Number.NaN);
  return Number.isNaN(minutes) ? DEFAULT_MINUTES : minutes;
};
