import { parseCron } from './cron.ts';

/** When a scheduled rule fires. */
export interface Schedule {
  /** The first time after `after`, for a schedule that counts from `from`; all in milliseconds since the epoch. */
  next(from: number, after: number): number | undefined;
}

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const parseRate = (text: string): Schedule | undefined => {
  const match = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text);
  const [, count = '0', unit = '', plural] = match ?? [];
  const step = Number(count) * (units[unit] ?? 0);
  // AWS refuses `rate(1 minutes)` and `rate(5 minute)`.
  if (step === 0 || (count === '1') !== (plural === '')) return undefined;
  return { next: (from, after) => from + (Math.floor(Math.max(0, after - from) / step) + 1) * step };
};

/** Reads `rate(5 minutes)` or `cron(0 12 * * ? *)` (UTC); undefined when the text is neither. */
export const parseSchedule = (text: string): Schedule | undefined => {
  if (text.startsWith('rate(')) return parseRate(text);
  const fields = /^cron\((.*)\)$/.exec(text)?.[1];
  const cron = fields === undefined ? undefined : parseCron(fields);
  return cron === undefined ? undefined : { next: (_, after) => cron.next(after) };
};
