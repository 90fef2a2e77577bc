import { allowedDisruption } from '../disruption/budget.ts';
import { openBreaker } from './circuit-breaker.ts';
import { jitterSpanSeconds } from './due-time.ts';
import type { FleetGroup, RecyclingPolicy, TurnOver } from './fleet.ts';
import { machinesCounted } from './machines-counted.ts';
import { LAUNCHES_PER_SECOND, turnOverSeconds } from './turn-over.ts';

/** What holds for all groups of an environment in one plan. */
export interface EnvironmentOutlook {
  readonly policy: RecyclingPolicy;
  readonly machines: number;
  /** Machines that may be out of service by Kiln's doing at once. */
  readonly allowed: number;
  readonly turnOver: TurnOver;
  readonly spanSeconds: number;
  /** Why nothing of it is recycled. */
  readonly held?: string;
}

/** What is asked of a plan beyond what is due. */
export interface OutlookRequest {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly all: boolean;
  readonly evenIfOverdue: boolean;
}

/** Looks at each environment as a whole: its budget, how long a turn-over takes, whether its ages can be believed. */
export const environmentOutlooks = (
  fleet: readonly FleetGroup[],
  policies: readonly RecyclingPolicy[],
  request: OutlookRequest,
): ReadonlyMap<string, EnvironmentOutlook> => {
  const groupsOf = Map.groupBy(fleet, ({ environment }) => environment);
  const plain = policies.map((policy) => plainOutlook(groupsOf.get(policy.environment) ?? [], policy));
  const tooMany = beyondLaunchRate(plain);
  return new Map(
    plain.map((outlook) => {
      const { policy } = outlook;
      const affordable = outlook.turnOver.possible && !tooMany.has(policy.environment);
      const checked = { ...outlook, turnOver: { ...outlook.turnOver, possible: affordable } };
      const held = holdReason(checked, groupsOf.get(policy.environment) ?? [], request);
      return [policy.environment, held === undefined ? checked : { ...checked, held }];
    }),
  );
};

function plainOutlook(groups: readonly FleetGroup[], policy: RecyclingPolicy): EnvironmentOutlook {
  const { environment, maximumUptimeSeconds } = policy;
  const machines = groups.reduce((sum, group) => sum + machinesCounted(group), 0);
  const allowed = allowedDisruption(policy.disruption, machines);
  const seconds = turnOverSeconds(groups, policy, allowed);
  const turnOver = { environment, machines, seconds };
  if (maximumUptimeSeconds === undefined)
    return { policy, machines, allowed, turnOver: { ...turnOver, possible: true }, spanSeconds: 0 };
  return {
    policy,
    machines,
    allowed,
    turnOver: { ...turnOver, maximumUptimeSeconds, possible: seconds <= maximumUptimeSeconds },
    spanSeconds: jitterSpanSeconds(maximumUptimeSeconds, seconds),
  };
}

// All environments share the account's launch rate; whoever asks for the least of it is served first.
function beyondLaunchRate(outlooks: readonly EnvironmentOutlook[]): ReadonlySet<string> {
  const demands = outlooks
    .filter(({ turnOver: { possible } }) => possible)
    .map(({ policy: { environment, maximumUptimeSeconds = Infinity }, machines, spanSeconds }) => ({
      environment,
      perSecond: machines / (maximumUptimeSeconds - spanSeconds / 2),
    }))
    .toSorted((a, b) => a.perSecond - b.perSecond);
  const beyond = new Set<string>();
  let perSecond = 0;
  for (const demand of demands) {
    perSecond += demand.perSecond;
    if (perSecond > LAUNCHES_PER_SECOND) beyond.add(demand.environment);
  }
  return beyond;
}

function holdReason(
  { policy, turnOver, machines }: EnvironmentOutlook,
  groups: readonly FleetGroup[],
  { now, all, evenIfOverdue }: OutlookRequest,
): string | undefined {
  const { maximumUptimeSeconds, graceSeconds, disruption, hold } = policy;
  if (hold !== undefined) return hold;
  if (maximumUptimeSeconds !== undefined && !turnOver.possible && !all) {
    const ages = `their maximum uptime is ${inMinutes(maximumUptimeSeconds)}`;
    return turnOver.seconds > maximumUptimeSeconds
      ? `replacing its ${machines} machines once takes ${inMinutes(turnOver.seconds)}, but ${ages}`
      : `replacing its ${machines} machines asks for more than the ${LAUNCHES_PER_SECOND} launches per second that the account has for all environments: ${ages}`;
  }
  if (evenIfOverdue) return undefined;
  return openBreaker({
    machines: machinesOf(groups),
    now,
    overduePercent: disruption.overduePercent,
    ...(maximumUptimeSeconds === undefined || all
      ? {}
      : { latestUptimeSeconds: maximumUptimeSeconds + graceSeconds }),
  });
}

function* machinesOf(groups: readonly FleetGroup[]): Generator<FleetGroup['machines'][number]> {
  for (const { machines } of groups) yield* machines;
}

function inMinutes(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
