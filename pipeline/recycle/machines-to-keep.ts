import type { InstanceId } from '../model.ts';
import { latestUptime, openBreaker } from './circuit-breaker.ts';
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

/** Machines that are told the same. */
export interface KeptMachines {
  /** Their uptime until which they are to go on. */
  readonly untilSeconds: number;
  /** They should be no more: the circuit breaker must not take what they are told for an age. */
  readonly inDoubt: boolean;
  readonly instanceIds: readonly InstanceId[];
}

/** By what the machines of an environment are told. */
interface KeepRule {
  readonly now: number;
  readonly aheadSeconds: number;
  /** When the timer of a machine that was told nothing ends it at the earliest, unless its group says otherwise. */
  readonly timerSeconds: number;
  readonly dueAt: (machine: FleetMachine) => number;
  /** Whether too many of them are overdue for their ages to be believed. */
  readonly isDoubted: () => boolean;
}

/**
 * The machines that the plan does not replace, and whose own timer would end them before the next plans can say so again: those
 * that are due, and those that will not be before their timer ends them, since they were launched when the maximum uptime was
 * shorter. One that is due and should be no more is told only where the circuit breaker is open, so that timers do not end at
 * once what it holds; elsewhere it is replaced, or ends itself by its own jitter. One whose age is unknown is left out.
 */
export const machinesToKeep = (request: KeepRequest): readonly KeptMachines[] => {
  const { fleet, replaced } = request;
  const rules = keepRules(request);
  const kept = new Map<string, { untilSeconds: number; inDoubt: boolean; instanceIds: InstanceId[] }>();
  for (const { environment, machines, deadManSeconds } of fleet) {
    const ofEnvironment = rules.get(environment);
    if (ofEnvironment === undefined) continue;
    const rule = { ...ofEnvironment, timerSeconds: deadManSeconds ?? ofEnvironment.timerSeconds };
    for (const machine of machines) {
      if (replaced.has(machine.instanceId)) continue;
      const told = toldTo(machine, rule);
      if (told === undefined) continue;
      const key = `${told.untilSeconds} ${told.inDoubt}`;
      const same = kept.get(key);
      if (same === undefined) kept.set(key, { ...told, instanceIds: [machine.instanceId] });
      else same.instanceIds.push(machine.instanceId);
    }
  }
  return [...kept.values()];
};

function keepRules(request: KeepRequest): ReadonlyMap<string, KeepRule> {
  const { fleet, policies, turnOver, now, seed, everyMinutes } = request;
  const turnOvers = new Map(turnOver.map((each) => [each.environment, each]));
  const fractionOf = seededFraction(seed);
  const rules = new Map<string, KeepRule>();
  for (const { environment, graceSeconds, disruption } of policies) {
    const { seconds = 0, maximumUptimeSeconds = Infinity } = turnOvers.get(environment) ?? {};
    const due = { maximumUptimeSeconds, spanSeconds: jitterSpanSeconds(maximumUptimeSeconds, seconds) };
    const timerSeconds = maximumUptimeSeconds + graceSeconds;
    let doubted: boolean | undefined;
    rules.set(environment, {
      now,
      aheadSeconds: Math.max(PLANS_AHEAD * everyMinutes * 60, LEAST_AHEAD_SECONDS),
      timerSeconds,
      dueAt: ({ instanceId, launchedAt = Infinity }) => dueTime(launchedAt, fractionOf(instanceId), due),
      isDoubted: () => {
        // Looked at only where a machine is overdue. Another hold may hide it: it is asked of all of them anew.
        doubted ??=
          openBreaker({
            machines: fleet
              .filter((group) => group.environment === environment)
              .flatMap(({ machines }) => machines),
            now,
            latestUptimeSeconds: timerSeconds,
            overduePercent: disruption.overduePercent,
          }) !== undefined;
        return doubted;
      },
    });
  }
  return rules;
}

function toldTo(
  machine: FleetMachine,
  { now, aheadSeconds, timerSeconds, dueAt, isDoubted }: KeepRule,
): Omit<KeptMachines, 'instanceIds'> | undefined {
  const { launchedAt, keptUntilSeconds = 0 } = machine;
  if (launchedAt === undefined || isEnding(machine)) return undefined;
  const ageSeconds = (now - launchedAt) / 1000;
  const endsAt = Math.max(timerSeconds, keptUntilSeconds);
  if (ageSeconds + aheadSeconds < endsAt) return undefined;
  const due = dueAt(machine);
  const isDue = due <= now;
  if (!isDue && due <= launchedAt + endsAt * 1000) return undefined;
  if (isDue && ageSeconds > endsAt && !isDoubted()) return undefined;
  return {
    untilSeconds: Math.ceil((ageSeconds + 2 * aheadSeconds) / STEP_SECONDS) * STEP_SECONDS,
    inDoubt: isDue && ageSeconds > latestUptime(machine, timerSeconds),
  };
}

function isEnding({ state }: FleetMachine): boolean {
  return state.startsWith('Terminat');
}
