import { systemClock } from '#localcloud/clock';
import type { Clock } from '#localcloud/clock';

/** Tells the real time and waits a twentieth of what it is asked to: short delays of the cloud do not hold up a test. */
export const hastyClock: Clock = {
  ...systemClock,
  delay: (milliseconds, signal) => systemClock.delay(milliseconds / 20, signal),
};
