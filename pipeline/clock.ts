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

/**
 * Calls `attempt` every `intervalMilliseconds` until it gives something else than undefined, or until
 * `timeoutMilliseconds` have passed; then undefined.
 */
export const poll = async <T>(
  clock: Clock,
  options: { readonly intervalMilliseconds: number; readonly timeoutMilliseconds: number },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  const deadline = clock.now().getTime() + options.timeoutMilliseconds;
  for (;;) {
    const result = await attempt();
    if (result !== undefined || clock.now().getTime() >= deadline) return result;
    await clock.delay(options.intervalMilliseconds);
  }
};
