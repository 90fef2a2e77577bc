import { setImmediate } from 'node:timers/promises';
import type { Clock } from '#pipeline/clock';

/** The local cloud's clock and the pipeline's, over one time that a test steers. */
export interface SteeredClock {
  /** Milliseconds since the epoch as the wall clock shows them. */
  now(): number;
  /** Waits by the time that passes, whatever the wall clock shows. */
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** The same as a step of the pipeline sees it, ahead by so many seconds. */
  seenBy(component?: { readonly skewSeconds: number }): Required<Clock>;
  /** Lets time pass; what is due on the way rings in its order. */
  advance(milliseconds: number): Promise<void>;
  /** Sets the wall clock forward, or back when negative; no time passes. */
  jump(seconds: number): void;
  /** Stops the wall clock until `false`; time passes all the same. */
  freeze(frozen: boolean): void;
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

/** Creates a clock that shows `startAt` (milliseconds since the epoch). */
export const createSteeredClock = (startAt = Date.parse('2026-01-01T00:00:00Z')): SteeredClock => {
  const timers = new Set<Timer>();
  let passed = 0;
  let ahead = startAt;
  let frozenAt: number | undefined;
  const now = (): number => frozenAt ?? passed + ahead;

  const delay = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer: Timer = { at: passed + Math.max(0, milliseconds), ring: resolve };
      timers.add(timer);
      signal?.addEventListener('abort', () => {
        timers.delete(timer);
        reject(signal.reason as Error);
      });
    });

  return {
    now,
    delay,
    seenBy: ({ skewSeconds } = { skewSeconds: 0 }) => ({
      now: () => new Date(now() + skewSeconds * 1000),
      monotonic: () => passed,
      delay: (milliseconds) => delay(milliseconds),
    }),
    advance: async (milliseconds) => {
      const until = passed + milliseconds;
      await settle();
      for (;;) {
        const [next] = [...timers].toSorted((left, right) => left.at - right.at);
        if (next === undefined || next.at > until) break;
        timers.delete(next);
        passed = Math.max(passed, next.at);
        next.ring();
        await settle();
      }
      passed = until;
    },
    jump: (seconds) => {
      ahead += seconds * 1000;
      if (frozenAt !== undefined) frozenAt += seconds * 1000;
    },
    freeze: (frozen) => {
      if (!frozen && frozenAt !== undefined) ahead = frozenAt - passed;
      frozenAt = frozen ? now() : undefined;
    },
  };
};
