import { batchLimit, batchSeconds } from '../recycle/turn-over.ts';
import type { DisruptionPolicy } from './environment.ts';

/** What the maximum uptime of an environment depends on. */
export interface UptimeRules {
  readonly capacity: { readonly desired: number; readonly max: number };
  readonly drainSeconds: number;
  readonly disruption: Pick<DisruptionPolicy, 'machines' | 'percent'>;
}

/**
 * The shortest time in seconds in which the machines of one app can be replaced, one batch after the other, if they booted
 * at once. More apps that share the budget, and machines that boot slowly, take longer: the plan knows.
 */
export const leastTurnOverSeconds = ({ capacity, drainSeconds, disruption }: UptimeRules): number => {
  const { desired } = capacity;
  const allowed = Math.max(disruption.machines, Math.floor((desired * disruption.percent) / 100));
  const batch = Math.min(allowed, batchLimit(desired));
  return Math.ceil(desired / batch) * batchSeconds({ bootSeconds: 0 }, { drainSeconds });
};

/** Why machines of this environment can never be replaced within the maximum uptime, with what is needed; else undefined. */
export const uptimeProblem = (maximumUptimeMinutes: number, rules: UptimeRules): string | undefined => {
  const seconds = leastTurnOverSeconds(rules);
  if (seconds <= maximumUptimeMinutes * 60) return undefined;
  const { capacity, drainSeconds } = rules;
  const machines = `${capacity.desired} machine${capacity.desired === 1 ? '' : 's'}`;
  return `expected at least ${Math.ceil(seconds / 60)}: replacing ${machines} of an app takes ${seconds} s at best, with drainSeconds ${drainSeconds}`;
};
