import type { Clock } from '#localcloud/clock';
import { createSteeredClock } from './steered-clock.ts';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on to a time (milliseconds since the epoch), ringing what is due on the way in its order. */
  advanceTo(time: number): Promise<void>;
}

/** Creates a clock that stands at `startAt`. */
export const createManualClock = (startAt: number): ManualClock => {
  const clock = createSteeredClock(startAt);
  return {
    now: () => clock.now(),
    delay: (milliseconds, signal) => clock.delay(milliseconds, signal),
    advanceTo: (time) => clock.advance(time - clock.now()),
  };
};
