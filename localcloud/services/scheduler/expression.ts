import { parseCron } from '../../schedules/cron.ts';
import { parseRate } from '../../schedules/rate.ts';
import { findTimeZone, type TimeZone } from '../../schedules/time-zone.ts';

/** When a schedule runs. */
export interface Expression {
  /** One run (`once`) has neither start nor end date. */
  readonly kind: 'once' | 'rate' | 'cron';
  /** The first run after an instant, for a rate that counts from `anchor`. Milliseconds since the epoch. */
  next(after: number, anchor: number): number | undefined;
}

const readOnce = (text: string, zone: TimeZone): Expression | undefined => {
  const time = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(text)?.[1];
  const wallClock = time === undefined ? Number.NaN : Date.parse(`${time}Z`);
  // February 30th is read as March 2nd.
  if (Number.isNaN(wallClock) || !new Date(wallClock).toISOString().startsWith(time ?? '')) return undefined;
  const at = zone.nearestInstant(wallClock);
  return { kind: 'once', next: (after) => (at > after ? at : undefined) };
};

const readRate = (text: string): Expression | undefined => {
  const step = parseRate(text)?.milliseconds;
  if (step === undefined) return undefined;
  return {
    kind: 'rate',
    // Unlike a rule of EventBridge, a schedule runs at its anchor too.
    next: (after, anchor) =>
      after < anchor ? anchor : anchor + (Math.floor((after - anchor) / step) + 1) * step,
  };
};

const readCron = (text: string, zone: TimeZone): Expression | undefined => {
  const fields = /^cron\((.*)\)$/.exec(text)?.[1];
  const cron = fields === undefined ? undefined : parseCron(fields);
  return cron === undefined ? undefined : { kind: 'cron', next: (after) => cron.next(after, zone) };
};

/**
 * Reads `at(2026-11-23T19:00:00)`, `rate(5 minutes)` or `cron(0 19 ? * MON-FRI *)` in a time zone (UTC unless told);
 * undefined when the text or the zone is none: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const parseExpression = (text: string, zoneName = 'UTC'): Expression | undefined => {
  const zone = findTimeZone(zoneName);
  if (zone === undefined) return undefined;
  return readOnce(text, zone) ?? readRate(text) ?? readCron(text, zone);
};
