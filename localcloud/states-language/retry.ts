import type { Retrier } from './definition.ts';
import type { StatesFailure } from './failure.ts';
import { matchesFailure } from './failure.ts';

/** Decides over the attempts of one visit; each rule counts its own retries. */
export interface RetryPolicy {
  /** Seconds to wait before the next attempt; undefined when there is none. `fraction` is random in [0, 1). */
  nextDelaySeconds(failure: StatesFailure, fraction: () => number): number | undefined;
}

/** The policy of a state's `Retry` rules. */
export const createRetryPolicy = (retriers: readonly Retrier[] = []): RetryPolicy => {
  const used = retriers.map(() => 0);
  return {
    nextDelaySeconds: (failure, fraction) => {
      const index = retriers.findIndex((rule) => matchesFailure(rule.ErrorEquals, failure));
      const rule = retriers[index];
      const retries = used[index];
      if (rule === undefined || retries === undefined || retries >= (rule.MaxAttempts ?? 3)) return undefined;
      used[index] = retries + 1;
      const grown = (rule.IntervalSeconds ?? 1) * (rule.BackoffRate ?? 2) ** retries;
      const delay = Math.min(grown, rule.MaxDelaySeconds ?? Infinity);
      return rule.JitterStrategy === 'FULL' ? delay * fraction() : delay;
    },
  };
};
