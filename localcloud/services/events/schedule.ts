import { parseCron } from '../../schedules/cron.ts';
import { parseRate } from '../../schedules/rate.ts';
import { findTimeZone } from '../../schedules/time-zone.ts';

/** When a scheduled rule fires. */
export interface Schedule {
  /** The first time after `after`, for a schedule that counts from `from`; all in milliseconds since the epoch. */
  next(from: number, after: number): number | undefined;
}

const readRate = (text: string): Schedule | undefined => {
  const rate = parseRate(text);
  // EventBridge refuses `rate(1 minutes)` and `rate(5 minute)`.
  if (rate === undefined || (rate.count === 1) === rate.plural) return undefined;
  const step = rate.milliseconds;
  return { next: (from, after) => from + (Math.floor(Math.max(0, after - from) / step) + 1) * step };
};

/** Reads `rate(5 minutes)` or `cron(0 12 * * ? *)` (UTC); undefined when the text is neither. */
export const parseSchedule = (text: string): Schedule | undefined => {
  if (text.startsWith('rate(')) return readRate(text);
  const fields = /^cron\((.*)\)$/.exec(text)?.[1];
  const cron = fields === undefined ? undefined : parseCron(fields);
  const utc = findTimeZone('UTC');
  if (cron === undefined || utc === undefined) return undefined;
  return { next: (_, after) => cron.next(after, utc) };
};
