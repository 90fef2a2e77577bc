import { Cron as Pattern } from 'croner';
import type { TimeZone } from './time-zone.ts';

/** A cron expression of AWS: minutes, hours, day of month, month, day of week (1 = Sunday), year. */
export interface Cron {
  /** The first time after an instant; undefined when there is none. Milliseconds since the epoch. */
  next(after: number, zone: TimeZone): number | undefined;
}

const readPattern = (text: string): Pattern | undefined => {
  const fields = text.trim().split(/\s+/);
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields;
  // AWS wants exactly one of the two day fields to be "?", and knows it nowhere else.
  if (fields.length !== 6 || (days === '?') === (weekdays === '?')) return undefined;
  if ([minutes, hours, months, years].some((field) => field.includes('?'))) return undefined;
  // "L" alone is the last day of the week.
  const lastWeekday = weekdays === 'L' ? '7' : weekdays;
  try {
    return new Pattern(`0 ${minutes} ${hours} ${days} ${months} ${lastWeekday} ${years}`, {
      timezone: 'UTC',
      paused: true,
      mode: '7-part',
      // 1 = Sunday, and `0/15` for "every 15 from 0".
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
  } catch {
    return undefined;
  }
};

/**
 * Reads the six fields; undefined when the text is no such expression. A time that the clock skips in spring is left out and
 * one that it shows twice in autumn counts once: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const parseCron = (text: string): Cron | undefined => {
  const pattern = readPattern(text);
  if (pattern === undefined) return undefined;
  return {
    next: (after, zone) => {
      for (let wallClock = zone.wallClock(after); ;) {
        const candidate = pattern.nextRun(new Date(wallClock))?.getTime();
        if (candidate === undefined) return undefined;
        const instant = zone.instant(candidate);
        if (instant !== undefined && instant > after) return instant;
        wallClock = candidate;
      }
    },
  };
};
