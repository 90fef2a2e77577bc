import type { ChaosPolicy } from '../environments/environment.ts';
import { draw } from './draw.ts';
import type { LocalTime } from './local-time.ts';

/** Whose calendar it is. */
export interface CalendarOwner {
  /** The same seed gives the same calendar. */
  readonly seed: string;
  readonly environment: string;
  readonly app: string;
}

/** No kill is drawn for so many minutes before the window ends, so that a plan made every five finds it in time. */
const LAST_MINUTES = 10;
/** Minutes after which a kill that could not be done is given up for the day: rather none than a surprise. */
const LATE_MINUTES = 60;

/** Names the kill of a local date: there is at most one. */
export const killIdOf = ({ environment, app }: Omit<CalendarOwner, 'seed'>, date: string): string =>
  `${environment}/${app}/${date}`;

/** Whether chaos may act at that time at all. */
export const isInWindow = (policy: ChaosPolicy, { minute, weekday }: LocalTime): boolean =>
  policy.weekdays.includes(weekday) && minute >= policy.hours.from * 60 && minute < policy.hours.until * 60;

/**
 * The minute of a local date at which a machine is to be killed; undefined on a date without a kill. Each date draws on its
 * own, with a chance of one in `meanDays`: Chaos Monkey's p = 1/mean, without correction for the minimum gap (AWS-FACTS 4.8).
 */
export const minuteOfKill = (
  { seed, environment, app }: CalendarOwner,
  date: string,
  { meanDays, hours }: ChaosPolicy,
): number | undefined => {
  if (draw(seed, 'day', environment, app, date) >= 1 / meanDays) return undefined;
  const minutes = (hours.until - hours.from) * 60 - LAST_MINUTES;
  return hours.from * 60 + Math.floor(draw(seed, 'minute', environment, app, date) * minutes);
};

/**
 * The id of the kill that is due at a local time, if one is. It looks only at the clock on the wall: a minute that the
 * change to summer time leaves out is made up for if the window is still open, and one that comes twice is the same kill.
 */
export const dueKill = (owner: CalendarOwner, now: LocalTime, policy: ChaosPolicy): string | undefined => {
  if (!isInWindow(policy, now)) return undefined;
  const minute = minuteOfKill(owner, now.date, policy);
  const isDue = minute !== undefined && now.minute >= minute && now.minute < minute + LATE_MINUTES;
  return isDue ? killIdOf(owner, now.date) : undefined;
};
