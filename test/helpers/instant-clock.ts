import type { Clock } from '#pipeline/clock';

/** A clock on which waiting takes no time; `waited` adds it up, in milliseconds. */
export interface InstantClock extends Clock {
  readonly waited: () => number;
}

/** Starts it at the beginning of 2026. */
export const instantClock = (): InstantClock => {
  const startedAt = Date.parse('2026-01-01T00:00:00Z');
  let now = startedAt;
  return {
    now: () => new Date(now),
    delay: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
    waited: () => now - startedAt,
  };
};
