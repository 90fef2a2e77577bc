/** Converts between instants and the clock on the wall of a time zone; both in milliseconds since the epoch. */
export interface TimeZone {
  /** What the clock on the wall shows at an instant, as if it were UTC. */
  wallClock(instant: number): number;
  /** The first instant at which the clock shows this; undefined when it never does, because it was set forward over it. */
  instant(wallClock: number): number | undefined;
  /** Like `instant`; a time that does not exist counts from before the change: 02:30 on that day is 03:30. */
  nearestInstant(wallClock: number): number;
}

const day = 86_400_000;
const zones = new Map<string, TimeZone>();

const createTimeZone = (name: string): TimeZone => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const offset = (instant: number): number => {
    const text = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text) ?? [];
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -size : size;
  };
  // No zone changes its clock twice within two days: one of these two offsets holds.
  const before = (wallClock: number): number => wallClock - offset(wallClock - day);
  const after = (wallClock: number): number => wallClock - offset(wallClock + day);
  const instant = (wallClock: number): number | undefined =>
    [before(wallClock), after(wallClock)]
      .toSorted((a, b) => a - b)
      .find((candidate) => candidate + offset(candidate) === wallClock);
  return {
    wallClock: (at) => at + offset(at),
    instant,
    nearestInstant: (wallClock) => instant(wallClock) ?? before(wallClock),
  };
};

/** The zone of an IANA name such as `Europe/Berlin`; undefined for any other text. */
export const findTimeZone = (name: string): TimeZone | undefined => {
  const known = zones.get(name);
  if (known !== undefined) return known;
  // Intl takes offsets such as `+01:00` for zones too, which AWS does not.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const zone = createTimeZone(name);
    zones.set(name, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
