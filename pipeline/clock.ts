import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the pipeline sees it, so that tests need not wait. */
export interface Clock {
  now(): Date;
  delay(milliseconds: number): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  delay: async (milliseconds) => {
    await sleep(milliseconds);
  },
};

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
  const deadline = clock.now().getTime() + options.timeoutMilliseconds;
  let interval = options.intervalMilliseconds;
  for (;;) {
    const result = await attempt();
    if (result !== undefined || clock.now().getTime() >= deadline) return result;
    await clock.delay(interval);
    interval = Math.max(interval, Math.min(interval * GROWTH, options.longestMilliseconds ?? 0));
  }
};
