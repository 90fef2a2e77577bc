import { chooseBatch, chooseOthers } from './choose-batch.ts';
import { dueMachines } from './due-machines.ts';
import type { DueMachine, DueMachines } from './due-machines.ts';
import type { EnvironmentOutlook } from './environment-outlook.ts';
import type { FleetGroup, PassedOver, PlannedReplacement, SkippedGroup } from './fleet.ts';
import type { InstanceInZone } from '../model.ts';
import { machinesCounted } from './machines-counted.ts';
import { groupSkipReason } from './skip-reason.ts';
import { batchLimit } from './turn-over.ts';

/** What a plan may still spend; planning takes from it. */
export interface PlanBudget {
  /** Launches that the account has left. */
  launches: number;
  /** Machines out of service by Kiln's doing, by environment. */
  readonly disrupted: Map<string, number>;
}

/** By what groups are planned. */
export interface DuePlanRequest {
  readonly outlooks: ReadonlyMap<string, EnvironmentOutlook>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly fractionOf: (instanceId: string) => number;
  /** Machines that were launched before are due whatever their age, milliseconds since the epoch; −∞: none is. */
  readonly allBefore: number;
  /** Except these. */
  readonly spared?: ReadonlySet<string>;
  readonly budget: PlanBudget;
}

/** What becomes of the groups that have machines due. */
export interface DuePlan {
  readonly replacements: readonly PlannedReplacement[];
  readonly skipped: readonly SkippedGroup[];
  /** Of all groups, of those that are skipped or held too. */
  readonly passedOver: readonly PassedOver[];
  /** Milliseconds since the epoch by group, infinite when none does; of groups that age is a reason for. */
  readonly nextDueAt: ReadonlyMap<string, number>;
}

interface DueGroup {
  readonly group: FleetGroup;
  readonly outlook: EnvironmentOutlook;
  readonly due: DueMachines;
}

/**
 * Plans one batch at most for each group, the group that has a machine due for longest first, within the budget; those for
 * which it came to nothing before, last, and of them the one that waits longest for its next try first.
 */
export const planDue = (groups: readonly FleetGroup[], request: DuePlanRequest): DuePlan => {
  const { outlooks, allBefore } = request;
  const found: DueGroup[] = [];
  const passedOver: PassedOver[] = [];
  const nextDueAt = new Map<string, number>();
  for (const group of groups) {
    const outlook = outlooks.get(group.environment);
    if (outlook === undefined) continue;
    const { maximumUptimeSeconds } = outlook.policy;
    if (maximumUptimeSeconds === undefined && allBefore === -Infinity) continue;
    const due = dueMachines(group, {
      ...request,
      spanSeconds: outlook.spanSeconds,
      ...(maximumUptimeSeconds === undefined ? {} : { maximumUptimeSeconds }),
    });
    nextDueAt.set(group.groupName, due.nextDueAt);
    const { environment, app, groupName } = group;
    if (due.passedOver.length > 0) passedOver.push({ environment, app, groupName, machines: due.passedOver });
    if (outlook.held === undefined && due.ready.length + due.passedOver.length > 0)
      found.push({ group, outlook, due });
  }

  const replacements: PlannedReplacement[] = [];
  const skipped: SkippedGroup[] = [];
  for (const dueGroup of found.toSorted(longestDueFirst)) {
    const { environment, app, groupName } = dueGroup.group;
    const { ready } = dueGroup.due;
    const key = { environment, app, groupName };
    const due = ready.length + dueGroup.due.passedOver.length;
    const skip = (reason: string, waits?: true): number =>
      skipped.push({ ...key, due, reason, ...(waits && { waits }) });
    const unsafe = groupSkipReason(dueGroup.group);
    const spent = spentReason(dueGroup, request.budget);
    if (unsafe !== undefined) skip(unsafe, dueGroup.group.waits);
    else if (ready.length > 0 && spent !== undefined) skip(spent, true);
    else if (ready.length > 0)
      replacements.push({ ...key, ...takeBatch(dueGroup, request.budget), due: ready.length });
  }
  const byGroup = passedOver.toSorted((a, b) => (a.groupName < b.groupName ? -1 : 1));
  return { replacements, skipped, passedOver: byGroup, nextDueAt };
};

const freeIn = ({ group, outlook }: DueGroup, budget: PlanBudget): number =>
  outlook.allowed - (budget.disrupted.get(group.environment) ?? 0);

// The same at every plan as long as it lasts, so that it is said once.
function spentReason(dueGroup: DueGroup, budget: PlanBudget): string | undefined {
  const { allowed, policy } = dueGroup.outlook;
  if (freeIn(dueGroup, budget) <= 0)
    return `the budget of '${policy.environment}' is spent: at most ${allowed} machines out of service at once`;
  if (budget.launches <= 0) return "the account's launch rate is spent until the next plan";
  return undefined;
}

function takeBatch(
  dueGroup: DueGroup,
  budget: PlanBudget,
): Pick<PlannedReplacement, 'retire' | 'otherwise' | 'capacity'> {
  const { group, due } = dueGroup;
  const limit = Math.min(
    batchLimit(machinesCounted(group)),
    group.max - group.desired,
    freeIn(dueGroup, budget),
    budget.launches,
  );
  const batch = chooseBatch(due.ready, group.machines, limit);
  const disrupted = budget.disrupted.get(group.environment) ?? 0;
  budget.disrupted.set(group.environment, disrupted + batch.length);
  budget.launches -= batch.length;
  const others = chooseOthers(due.ready, batch);
  return {
    retire: batch.map(toInstance),
    capacity: group.desired,
    ...(others.length === 0 ? {} : { otherwise: others.map(toInstance) }),
  };
}

const toInstance = ({ instanceId, zone }: DueMachine): InstanceInZone => ({ instanceId, zone });

function longestDueFirst(a: DueGroup, b: DueGroup): number {
  const [vain, alsoVain] = [a.group.triedInVainAt ?? -1, b.group.triedInVainAt ?? -1];
  if (vain !== alsoVain) return vain - alsoVain;
  const [first, second] = [a, b].map(({ due }) => due.ready[0]?.dueAt ?? Infinity) as [number, number];
  if (first !== second) return first < second ? -1 : 1;
  return a.group.groupName < b.group.groupName ? -1 : 1;
}
