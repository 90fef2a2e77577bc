import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the pipeline sees it, so that tests need not wait. */
export interface Clock {
  now(): Date;
  delay(milliseconds: number): Promise<void>;
  /** Milliseconds since any moment, on a clock that nobody sets; absent: `now` is never set either. */
  monotonic?(): number;
}

/** So that tests of packaged functions can give them a wrong clock: seconds by which it is ahead. */
const skewMilliseconds = 1000 * (Number(process.env['KILN_CLOCK_SKEW_SECONDS']) || 0);

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(Date.now() + skewMilliseconds),
  monotonic: () => Math.floor(performance.now()),
  delay: async (milliseconds) => {
    await sleep(milliseconds);
  },
};

/** Whole milliseconds for measuring how long something takes: right also when the wall clock is set meanwhile. */
export const monotonicNow = (clock: Clock): number => clock.monotonic?.() ?? clock.now().getTime();

const GROWTH = 1.25;

/**
 * Calls `attempt` every `intervalMilliseconds` until it gives something else than undefined, or until
 * `timeoutMilliseconds` have passed; then undefined. With `longestMilliseconds` the interval grows by a quarter each time,
 * up to that: what may take moments or minutes is noticed soon and asked for seldom.
 */
export const poll = async <T>(
  clock: Clock,
  options: {
    readonly intervalMilliseconds: number;
    readonly longestMilliseconds?: number;
    readonly timeoutMilliseconds: number;
  },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  const deadline = monotonicNow(clock) + options.timeoutMilliseconds;
  let interval = options.intervalMilliseconds;
  for (;;) {
    const result = await attempt();
    if (result !== undefined || monotonicNow(clock) >= deadline) return result;
    await clock.delay(interval);
    interval = Math.max(interval, Math.min(interval * GROWTH, options.longestMilliseconds ?? 0));
  }
};
