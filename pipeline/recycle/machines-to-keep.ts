import type { InstanceId } from '../model.ts';
import { dueTime, jitterSpanSeconds } from './due-time.ts';
import type { FleetGroup, FleetMachine, RecyclingPlan, RecyclingPolicy } from './fleet.ts';
import { seededFraction } from './seeded-fraction.ts';

/** A machine is told anew so many plans before its timer would end it, and at least so many seconds. */
const PLANS_AHEAD = 3;
const LEAST_AHEAD_SECONDS = 900;
/** One call serves machines of the same value only. */
const STEP_SECONDS = 600;

/** What a plan leaves. */
export interface KeepRequest {
  readonly fleet: readonly FleetGroup[];
  readonly policies: readonly RecyclingPolicy[];
  /** As the plan has it. */
  readonly turnOver: RecyclingPlan['turnOver'];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly seed: string;
  /** Ids of the machines that are replaced now, as far as can be foreseen. */
  readonly replaced: ReadonlySet<string>;
  /** How often a plan is made. */
  readonly everyMinutes: number;
}

/**
 * The machines that are due, that the plan does not replace, and whose own timer would end them before the next plans can
 * say so again: by the uptime in seconds until which they are to go on. A machine whose age is unknown or cannot be is
 * left out.
 */
export const machinesToKeep = (request: KeepRequest): ReadonlyMap<number, readonly InstanceId[]> => {
  const { fleet, policies, turnOver, now, seed, replaced, everyMinutes } = request;
  const graceSeconds = new Map(policies.map((policy) => [policy.environment, policy.graceSeconds]));
  const turnOvers = new Map(turnOver.map((each) => [each.environment, each]));
  const fractionOf = seededFraction(seed);
  const aheadSeconds = Math.max(PLANS_AHEAD * everyMinutes * 60, LEAST_AHEAD_SECONDS);
  const kept = new Map<number, InstanceId[]>();
  for (const { environment, machines } of fleet) {
    const { seconds = 0, maximumUptimeSeconds } = turnOvers.get(environment) ?? {};
    if (maximumUptimeSeconds === undefined) continue;
    const rule = { maximumUptimeSeconds, spanSeconds: jitterSpanSeconds(maximumUptimeSeconds, seconds) };
    const timerSeconds = maximumUptimeSeconds + (graceSeconds.get(environment) ?? 0);
    for (const machine of machines) {
      const { instanceId, launchedAt, keptUntilSeconds = 0 } = machine;
      if (launchedAt === undefined || isEnding(machine) || replaced.has(instanceId)) continue;
      const ageSeconds = (now - launchedAt) / 1000;
      const endsAt = Math.max(timerSeconds, keptUntilSeconds);
      // Past its end it is no more, or the age is wrong; telling it would hide that from the circuit breaker.
      if (ageSeconds + aheadSeconds < endsAt || ageSeconds > endsAt) continue;
      if (dueTime(launchedAt, fractionOf(instanceId), rule) > now) continue;
      const until = Math.ceil((ageSeconds + 2 * aheadSeconds) / STEP_SECONDS) * STEP_SECONDS;
      const same = kept.get(until);
      if (same === undefined) kept.set(until, [instanceId]);
      else same.push(instanceId);
    }
  }
  return kept;
};

function isEnding({ state }: FleetMachine): boolean {
  return state.startsWith('Terminat');
}
