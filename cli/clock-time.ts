const twoDigits = (number: number): string => String(number).padStart(2, '0');

const dayOf = (date: Date): string =>
  `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;

const dayAfter = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);

/** A moment as people at this machine say it: `18:45`, `tomorrow 18:45`, or with the date. */
export const clockTime = (moment: string, now: Date): string => {
  const date = new Date(moment);
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (dayOf(date) === dayOf(now)) return time;
  return `${dayOf(date) === dayOf(dayAfter(now)) ? 'tomorrow' : dayOf(date)} ${time}`;
};

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** A text of the pipeline with its times as people at this machine say them. */
export const withClockTimes = (text: string, now: Date): string =>
  text.replaceAll(ISO_TIME, (moment) => clockTime(moment, now));
