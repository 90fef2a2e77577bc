import type { Weekday } from '../environments/environment.ts';

/** What clocks on the walls of a time zone show. */
export interface LocalTime {
  /** `2026-03-29`. */
  readonly date: string;
  /** Minutes since 00:00. */
  readonly minute: number;
  readonly weekday: Weekday;
}

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
};

const read = (moment: Date, timeZone: string): LocalTime => {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'weekday', string>;
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
    weekday: parts.weekday.toUpperCase() as Weekday,
  };
};

const MINUTE_MILLISECONDS = 60_000;
/** In every time zone since 1972 offsets are multiples of that, and change at such moments; so midnight is one. */
const SLOT_MINUTES = 15;

/** The slot that each zone was asked for last: Intl takes long for a forecast's thousands of minutes. */
const lastSlots = new Map<string, { readonly slot: number; readonly start: LocalTime }>();

/** The moment in the time zone, an IANA name. */
export const localTime = (moment: Date, timeZone: string): LocalTime => {
  const minutes = Math.floor(moment.getTime() / MINUTE_MILLISECONDS);
  const slot = Math.floor(minutes / SLOT_MINUTES);
  let last = lastSlots.get(timeZone);
  if (last?.slot !== slot) {
    last = { slot, start: read(new Date(slot * SLOT_MINUTES * MINUTE_MILLISECONDS), timeZone) };
    lastSlots.set(timeZone, last);
  }
  return { ...last.start, minute: last.start.minute + (minutes - slot * SLOT_MINUTES) };
};
