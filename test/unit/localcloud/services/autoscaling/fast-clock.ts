import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#localcloud/clock';

/** A clock that runs `factor` times as fast as the machine's. */
export const createFastClock = (factor: number): Clock => {
  const startedAt = Date.now();
  return {
    now: () => startedAt + (Date.now() - startedAt) * factor,
    delay: async (milliseconds, signal) => {
      await sleep(milliseconds / factor, undefined, signal === undefined ? {} : { signal });
    },
  };
};
