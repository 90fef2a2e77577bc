import type { Expression } from './expression.ts';
import { parseExpression } from './expression.ts';
import type { ScheduleRecord } from './model.ts';

type Timing = Pick<
  ScheduleRecord,
  'expression' | 'ScheduleExpressionTimezone' | 'anchoredAt' | 'startAt' | 'endAt'
>;

const minute = 60_000;
const day = 86_400_000;
const windows: readonly number[] = [60 * minute, day, 32 * day, 366 * day, Infinity];

const expressionOf = ({ expression, ScheduleExpressionTimezone: zone }: Timing): Expression | undefined =>
  parseExpression(expression, zone);

/** When a schedule runs next after an instant, within its dates; undefined when it does not any more. */
export const nextRun = (schedule: Timing, after: number): number | undefined => {
  const { anchoredAt, startAt = -Infinity, endAt = Infinity } = schedule;
  const expression = expressionOf(schedule);
  if (expression === undefined) return undefined;
  if (expression.kind === 'once') return expression.next(after, anchoredAt);
  const next = expression.next(Math.max(after, startAt - 1), anchoredAt);
  return next === undefined || next > endAt ? undefined : next;
};

// AWS keeps the minute: one time in the minute before is not over yet. A rate begins with a run.
const slackMilliseconds = { once: minute, rate: 1, cron: 0 } as const;

/** The first run of a schedule whose times are given at `now`. */
export const firstRun = (schedule: Timing, now: number): number | undefined =>
  nextRun(schedule, now - slackMilliseconds[expressionOf(schedule)?.kind ?? 'cron']);

/** The latest run from `first` (which is one) to `now`: the one that stands for all that were missed. */
export const latestRun = (schedule: Timing, first: number, now: number): number => {
  // Windows that grow keep this short for a run a minute as for a run a year.
  for (const window of windows) {
    const from = Math.max(first - 1, now - window);
    let found = nextRun(schedule, from);
    if (found === undefined || found > now) continue;
    for (let next: number | undefined = found; next !== undefined && next <= now;) {
      found = next;
      next = nextRun(schedule, next);
    }
    return found;
  }
  return first;
};
