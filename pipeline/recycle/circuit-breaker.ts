import type { FleetMachine } from './fleet.ts';

/** Clocks of one region differ by less; a machine that was launched later than this from now was not. */
const SKEW_MILLISECONDS = 5 * 60_000;
/** One machine is no sign of a wrong clock, however small the environment. */
const LEAST_SUSPICIOUS = 2;

/** What the circuit breaker looks at. */
export interface BreakerInput {
  readonly machines: Iterable<FleetMachine>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** After which a machine that was not told otherwise powers itself off: maximum uptime and grace. Absent: there is none. */
  readonly latestUptimeSeconds?: number;
  readonly overduePercent: number;
}

/** Whether a machine seems to have been launched after `now`: a clock is wrong. */
export const launchedInFuture = ({ launchedAt }: FleetMachine, now: number): boolean =>
  launchedAt !== undefined && launchedAt > now + SKEW_MILLISECONDS;

/**
 * How old a machine can be, in seconds, whose timer ends it at `timerSeconds`. What it was told while its age could not be
 * believed does not count, or the wrong clock would be believed on its own word.
 */
export const latestUptime = (
  { keptUntilSeconds = 0, keptInDoubt }: FleetMachine,
  timerSeconds: number,
): number => (keptInDoubt === true ? timerSeconds : Math.max(timerSeconds, keptUntilSeconds));

/**
 * Why an environment is left alone because its ages cannot be believed: more than `overduePercent` of its machines, and
 * at least two, are older than they can be or were launched in the future. Undefined: they can.
 */
export const openBreaker = (input: BreakerInput): string | undefined => {
  const { now, latestUptimeSeconds = Infinity, overduePercent } = input;
  let total = 0;
  let overdue = 0;
  let future = 0;
  for (const machine of input.machines) {
    total += 1;
    const { launchedAt } = machine;
    if (launchedInFuture(machine, now)) future += 1;
    else if (launchedAt !== undefined && now > launchedAt + latestUptime(machine, latestUptimeSeconds) * 1000)
      overdue += 1;
  }
  const suspicious = overdue + future;
  if (suspicious < LEAST_SUSPICIOUS || suspicious * 100 <= overduePercent * total) return undefined;
  return `${overdue} of ${total} machines are past their maximum uptime and grace and ${future} were launched in the future, more than ${overduePercent} %: rather a wrong clock than old machines`;
};
