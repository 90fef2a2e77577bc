import { budgetKey } from '#pipeline/disruption/budget-record';
import type { BudgetRecord } from '#pipeline/disruption/budget-record';
import type { EnvironmentRecord } from '#pipeline/model';
import type { RecyclingState } from '#pipeline/recycle/recycling-state';
import { dueTime, jitterSpanSeconds } from '#pipeline/recycle/due-time';
import { seededFraction } from '#pipeline/recycle/seeded-fraction';
import { isDisruption } from '#pipeline/rollout/lease';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { TAG } from '#pipeline/tags';
import type { Group, Machine } from './aws/account.ts';
import type { SimulatedEnvironment } from './simulated-environments.ts';
import type { World } from './world.ts';

/** Whether a plan has said that there is no room in the group, and there still is none. */
const isFull = ({ account }: World, recycling: RecyclingState | undefined): boolean => {
  const { desired = 0, max = 0 } = account.groups.get(recycling?.groupName ?? '') ?? {};
  return desired >= max && recycling?.skipped?.reason.startsWith('there is no room') === true;
};

/** Whether the document says that nothing is recycled, for a reason that is over. */
const isHeldInVain = ({ account, documents }: World, environment: string): boolean => {
  const record = documents.get(budgetKey(environment)) as BudgetRecord | undefined;
  const isQuiet = account.alarms.get(`${environment}-alarm`) === 'OK' && record?.outage === undefined;
  return record?.held !== undefined && isQuiet;
};

/** When a machine falls due: a little early, never late. */
const createDueTimes = ({ stack, environments }: World): ((machine: Machine) => number) => {
  const fraction = seededFraction(stack);
  const uptimes = new Map(environments.map((one) => [one.name, (one.maximumUptimeMinutes ?? Infinity) * 60]));
  const known = new Map<string, number>();
  return ({ instanceId, launchedAt, group }) => {
    const before = known.get(instanceId);
    if (before !== undefined) return before;
    const maximumUptimeSeconds = uptimes.get(group.environment) ?? Infinity;
    const spanSeconds = jitterSpanSeconds(maximumUptimeSeconds, 0);
    const at = dueTime(launchedAt, fraction(instanceId), { maximumUptimeSeconds, spanSeconds });
    known.set(instanceId, at);
    return at;
  };
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** As `machines-to-keep.ts` has it. */
const TOLD_PLANS_AHEAD = 3;

/** Whether a rollout may have left machines there: asking who holds the lease is up to the plan. */
const isLeft = ({ lease, retiring = [], warm }: Partial<EnvironmentRecord>, now: number): boolean =>
  retiring.length > 0 ||
  (lease !== undefined && !isDisruption(lease)) ||
  (warm !== undefined && Date.parse(warm.until) < now);

/**
 * Whether a plan could find anything to do, so that one that cannot costs nothing: a machine is due, or a document says
 * something that a plan would change.
 */
export const createRecyclingDue = (
  world: World & { readonly fleet: readonly SimulatedEnvironment[] },
): (() => boolean) => {
  const { account, documents, fleet, timeline, faults } = world;
  const dueAt = createDueTimes(world);
  const keys = fleet.flatMap(({ environment, apps }) =>
    apps.map((app) => environmentKey(environment.name, app)),
  );
  const latest = new Map(
    world.environments.map(({ name, maximumUptimeMinutes = Infinity, uptimeGraceMinutes }) => [
      name,
      (maximumUptimeMinutes + uptimeGraceMinutes) * MINUTE,
    ]),
  );
  const earliest = ({ machines }: Group): number => {
    let first = Infinity;
    for (const machine of machines.values()) first = Math.min(first, dueAt(machine));
    return first;
  };
  /** Nothing is due before; no machine that comes meanwhile is either, so soon. */
  let quietUntil = 0;
  /** When the first of the group's machines must be told to go on, though nothing is replaced there. */
  const mustBeTold = ({ machines, environment }: Group): number => {
    let first = Infinity;
    for (const { launchedAt, tags } of machines.values()) {
      const kept = Number(tags.get(TAG.keep) ?? 0) * 1000;
      first = Math.min(first, launchedAt + Math.max(latest.get(environment) ?? Infinity, kept));
    }
    return first - TOLD_PLANS_AHEAD * world.planMinutes * MINUTE;
  };
  const isMachineDue = (settled: ReadonlySet<string>): boolean => {
    const now = timeline.now() + Math.max(0, faults.plannerSkew);
    if (now < quietUntil) return false;
    let next = now + HOUR;
    for (const group of account.groups.values())
      next = Math.min(next, settled.has(group.name) ? mustBeTold(group) : earliest(group));
    quietUntil = next;
    return next <= now;
  };
  return () => {
    for (const { environment } of fleet) if (isHeldInVain(world, environment.name)) return true;
    const settled = new Set<string>();
    for (const key of keys) {
      const record = (documents.get(key) ?? {}) as Partial<EnvironmentRecord>;
      const { recycling, replacement, passedOver } = record;
      if (replacement !== undefined || passedOver !== undefined || isLeft(record, timeline.now()))
        return true;
      // Nothing changes there before people, or another release, come.
      if (recycling?.blockedSince !== undefined || isFull(world, recycling))
        settled.add(recycling?.groupName ?? '');
      else if (recycling?.skipped !== undefined) return true;
    }
    return isMachineDue(settled);
  };
};
