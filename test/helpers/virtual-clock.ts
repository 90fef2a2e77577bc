import { setImmediate } from 'node:timers/promises';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A clock on which waiting takes no time: when nothing else is going on, it jumps to the next deadline. */
export interface VirtualClock {
  now(): number;
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Holds time still while real work (a stubbed task) is under way. */
  during<T>(work: () => Promise<T> | T): Promise<T>;
}

// Turns of the event loop without new work after which all is taken to wait for the clock.
const quietTurns = 3;

/** Creates a virtual clock that starts at `startAt` (milliseconds since the epoch). */
export const createVirtualClock = (startAt = Date.parse('2026-01-01T00:00:00Z')): VirtualClock => {
  const timers = new Set<Timer>();
  let now = startAt;
  let busy = 0;
  let order = 0;
  let ticking = false;

  const tick = async (): Promise<void> => {
    if (ticking) return;
    ticking = true;
    for (let quiet = 0; timers.size > 0;) {
      const before = order;
      await setImmediate();
      quiet = busy > 0 || order !== before ? 0 : quiet + 1;
      if (quiet < quietTurns) continue;
      quiet = 0;
      const next = [...timers].toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.ring();
    }
    ticking = false;
  };

  return {
    now: () => now,
    delay: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        order += 1;
        const timer: Timer = { at: now + milliseconds, order, ring: resolve };
        timers.add(timer);
        signal?.addEventListener('abort', () => {
          timers.delete(timer);
          reject(signal.reason as Error);
        });
        void tick();
      }),
    during: async (work) => {
      busy += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
        order += 1;
      }
    },
  };
};
