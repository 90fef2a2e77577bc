/** A cron expression of six fields: minutes, hours, day of month, month, day of week (1 = Sunday), year; in UTC. */
export interface Cron {
  /** The first minute after a time (milliseconds since the epoch); undefined when there is none in the next 8 years. */
  next(after: number): number | undefined;
}

type Test = (value: number) => boolean;

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const parsePart = (part: string, low: number, high: number, names: readonly string[]): Test | undefined => {
  const match = /^(\*|[A-Z]{3}|\d+)(?:-([A-Z]{3}|\d+))?(?:\/(\d+))?$/.exec(part.toUpperCase());
  if (match === null) return undefined;
  const number = (text: string): number => (names.includes(text) ? names.indexOf(text) + low : Number(text));
  const [, start = '*', end, every] = match;
  const first = start === '*' ? low : number(start);
  const last = end === undefined ? (start === '*' || every !== undefined ? high : first) : number(end);
  const step = every === undefined ? 1 : Number(every);
  const inRange = first >= low && first <= high && last >= first && last <= high && step >= 1;
  return inRange ? (value) => value >= first && value <= last && (value - first) % step === 0 : undefined;
};

const parseField = (
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): Test | undefined => {
  if (text === '?') return () => true;
  const tests = text.split(',').map((part) => parsePart(part, low, high, names));
  return tests.every((test) => test !== undefined) ? (value) => tests.some((test) => test(value)) : undefined;
};

const day = 86_400_000;
const horizonDays = 8 * 366;

/** Reads the six fields; `L`, `W` and `#` are not supported. Undefined when the text is no such expression. */
export const parseCron = (text: string): Cron | undefined => {
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = '', ...more] = text
    .trim()
    .split(/\s+/);
  // AWS wants exactly one of the two day fields to be "?".
  if (more.length > 0 || (days === '?') === (weekdays === '?')) return undefined;
  const minute = parseField(minutes, 0, 59);
  const hour = parseField(hours, 0, 23);
  const dayOfMonth = parseField(days, 1, 31);
  const month = parseField(months, 1, 12, monthNames);
  const weekday = parseField(weekdays, 1, 7, dayNames);
  const year = parseField(years, 1970, 2199);
  if (!minute || !hour || !dayOfMonth || !month || !weekday || !year) return undefined;

  const dayFits = (date: Date): boolean =>
    year(date.getUTCFullYear()) &&
    month(date.getUTCMonth() + 1) &&
    dayOfMonth(date.getUTCDate()) &&
    weekday(date.getUTCDay() + 1);
  return {
    next: (after) => {
      const start = Math.floor(after / 60_000) * 60_000 + 60_000;
      for (
        let count = 0, midnight = Math.floor(start / day) * day;
        count < horizonDays;
        count += 1, midnight += day
      ) {
        if (!dayFits(new Date(midnight))) continue;
        for (let time = Math.max(midnight, start); time < midnight + day; time += 60_000) {
          const date = new Date(time);
          if (hour(date.getUTCHours()) && minute(date.getUTCMinutes())) return time;
        }
      }
      return undefined;
    },
  };
};
