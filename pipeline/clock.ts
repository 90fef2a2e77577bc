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

/** What takes long is noticed this part of its time too late at most, where nothing else is asked for. */
const LATE = 0.25;

/**
 * Calls `attempt` every `intervalMilliseconds` until it gives something else than undefined, or until
 * `timeoutMilliseconds` have passed; then undefined. With `longestMilliseconds` the interval is a quarter, or `late`, of the
 * time waited so far, `waitedMilliseconds` before this call included, up to that: what may take moments or minutes is noticed
 * soon and asked for seldom.
 */
export const poll = async <T>(
  clock: Clock,
  options: {
    readonly intervalMilliseconds: number;
    readonly longestMilliseconds?: number;
    readonly timeoutMilliseconds: number;
    readonly waitedMilliseconds?: number;
    readonly late?: number;
  },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  const { intervalMilliseconds, longestMilliseconds = 0, waitedMilliseconds = 0, late = LATE } = options;
  const start = monotonicNow(clock);
  for (;;) {
    const result = await attempt();
    const passed = monotonicNow(clock) - start;
    if (result !== undefined || passed >= options.timeoutMilliseconds) return result;
    const paced = Math.min(longestMilliseconds, (waitedMilliseconds + passed) * late);
    await clock.delay(Math.max(intervalMilliseconds, Math.round(paced)));
  }
};
