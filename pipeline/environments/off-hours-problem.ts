import { Cron } from 'croner';

// Offsets such as `+01:00` are time zones to Intl, not to EventBridge Scheduler.
const ZONE_NAME = /^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*$/;

/** Why EventBridge Scheduler would refuse the time zone; undefined when it is one of the IANA database. */
export const timeZoneProblem = (timeZone: string): string | undefined => {
  const unknown = "expected a name of the IANA time zone database, as 'Europe/Berlin'";
  if (!ZONE_NAME.test(timeZone)) return unknown;
  try {
    void new Intl.DateTimeFormat('en', { timeZone });
    return undefined;
  } catch {
    return unknown;
  }
};

const nextTime = (fields: readonly string[]): Date | null | undefined => {
  try {
    const pattern = new Cron(`0 ${fields.join(' ')}`, {
      paused: true,
      timezone: 'UTC',
      mode: '7-part',
      // As AWS counts: 1 is Sunday, and `0/15` is every quarter from 0.
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
    return pattern.nextRun();
  } catch {
    return undefined;
  }
};

/**
 * Why a cron expression of six fields would be refused or never come; undefined when it is good
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
 */
export const cronProblem = (expression: string): string | undefined => {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6)
    return "expected six fields: minutes hours day-of-month month day-of-week year, as '0 20 ? * MON-FRI *'";
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields;
  const elsewhere = [minutes, hours, months, years].some((field) => field.includes('?'));
  if ((days === '?') === (weekdays === '?') || elsewhere)
    return "expected '?' in exactly one of its day fields, the third and the fifth, and nowhere else";
  const next = nextTime([minutes, hours, days, months, weekdays === 'L' ? '7' : weekdays, years]);
  if (next === undefined) return "expected a cron expression of AWS, as '0 20 ? * MON-FRI *'";
  return next === null ? 'expected a time that comes at least once more' : undefined;
};
