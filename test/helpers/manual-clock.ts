import { setImmediate } from 'node:timers/promises';
import type { Clock } from '#localcloud/clock';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on to a time (milliseconds since the epoch), ringing what is due on the way in its order. */
  advanceTo(time: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

// Turns of the event loop after which all that a ringing timer set off is done, as long as it waits for nothing real.
const settlingTurns = 4;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < settlingTurns; turn += 1) await setImmediate();
};

/** Creates a clock that stands at `startAt`. */
export const createManualClock = (startAt: number): ManualClock => {
  const timers = new Set<Timer>();
  let now = startAt;
  return {
    now: () => now,
    delay: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const timer: Timer = { at: now + milliseconds, ring: resolve };
        timers.add(timer);
        signal?.addEventListener('abort', () => {
          timers.delete(timer);
          reject(signal.reason as Error);
        });
      }),
    advanceTo: async (time) => {
      await settle();
      for (;;) {
        const [next] = [...timers].toSorted((left, right) => left.at - right.at);
        if (next === undefined || next.at > time) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.ring();
        await settle();
      }
      now = time;
    },
  };
};
