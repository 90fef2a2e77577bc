import type { EnvironmentOutlook } from './environment-outlook.ts';
import type { FleetGroup, PassedOver, SkippedGroup } from './fleet.ts';
import { forecastBatch } from './forecast-batch.ts';
import type { ForecastBatch, ForecastReplacement } from './forecast-batch.ts';
import { planDue } from './plan-due.ts';
import type { PlanBudget } from './plan-due.ts';
import { createTimeQueue } from './time-queue.ts';
import type { TimeQueue } from './time-queue.ts';

/** What is simulated; times in milliseconds since the epoch. */
export interface SimulationRequest {
  readonly outlooks: ReadonlyMap<string, EnvironmentOutlook>;
  readonly from: number;
  readonly until: number;
  readonly everyMilliseconds: number;
  readonly hashOf: (text: string) => number;
  /** Machines that a plan may launch. */
  readonly launchBudget: number;
}

interface SimulatedGroup {
  group: FleetGroup;
  /** When there is something to do: a machine falls due, or one is due and was passed over. */
  nextAt: number;
  busy: boolean;
}

interface Simulation {
  readonly request: SimulationRequest;
  readonly groups: ReadonlyMap<string, SimulatedGroup>;
  readonly budget: PlanBudget;
  readonly running: TimeQueue<ForecastBatch>;
  readonly replacements: ForecastReplacement[];
  readonly skipped: Map<string, SkippedGroup>;
  readonly passedOver: Map<string, PassedOver>;
}

/** Plans again and again and lets each batch take its time; plans in which nothing can be due are left out. */
export const simulateRecycling = (
  fleet: readonly FleetGroup[],
  request: SimulationRequest,
): Pick<Simulation, 'replacements' | 'skipped' | 'passedOver'> => {
  const { from, until, everyMilliseconds, launchBudget } = request;
  const simulation = createSimulation(fleet, request);
  for (let now = from; now < until;) {
    finishBatches(simulation, now);
    simulation.budget.launches = launchBudget;
    const ready = [...simulation.groups.values()].filter(({ busy, nextAt }) => !busy && nextAt <= now);
    if (ready.length > 0) plan(simulation, ready, now);
    const plans = Math.ceil((nextEventAt(simulation) - now) / everyMilliseconds);
    now += Math.max(1, plans) * everyMilliseconds;
  }
  finishBatches(simulation, until);
  return simulation;
};

function createSimulation(fleet: readonly FleetGroup[], request: SimulationRequest): Simulation {
  const groups = new Map<string, SimulatedGroup>();
  for (const group of fleet) {
    const outlook = request.outlooks.get(group.environment);
    if (outlook?.policy.maximumUptimeSeconds === undefined) continue;
    groups.set(group.groupName, { group, nextAt: request.from, busy: false });
  }
  return {
    request,
    groups,
    // What is out of service when the forecast is made is soon back.
    budget: { launches: request.launchBudget, disrupted: new Map() },
    running: createTimeQueue(),
    replacements: [],
    skipped: new Map(),
    passedOver: new Map(),
  };
}

function plan(simulation: Simulation, candidates: readonly SimulatedGroup[], now: number): void {
  const { request, groups, budget, running, replacements, skipped, passedOver } = simulation;
  const { outlooks, hashOf } = request;
  const { nextDueAt, ...planned } = planDue(
    candidates.map(({ group }) => group),
    { outlooks, now, fractionOf: (id) => hashOf(id) / 2 ** 32, allBefore: -Infinity, budget },
  );
  for (const candidate of candidates) {
    candidate.nextAt = nextDueAt.get(candidate.group.groupName) ?? Infinity;
    skipped.delete(candidate.group.groupName);
    passedOver.delete(candidate.group.groupName);
  }
  for (const each of planned.passedOver) passedOver.set(each.groupName, each);
  for (const skip of planned.skipped) {
    skipped.set(skip.groupName, skip);
    const simulated = groups.get(skip.groupName);
    if (simulated !== undefined) simulated.nextAt = now;
  }
  for (const replacement of planned.replacements) {
    const simulated = groups.get(replacement.groupName);
    const policy = outlooks.get(replacement.environment)?.policy;
    if (simulated === undefined || policy === undefined) continue;
    const batch = forecastBatch(replacement, { group: simulated.group, policy, now, hashOf });
    simulated.busy = true;
    replacements.push(batch.replacement);
    running.add(batch.until, batch);
  }
}

// Each group goes on at once while machines of it are due.
function finishBatches(simulation: Simulation, until: number): void {
  const { groups, budget, running } = simulation;
  for (let batch = running.takeUntil(until); batch !== undefined; batch = running.takeUntil(until)) {
    const { environment, groupName } = batch.after;
    const disrupted = budget.disrupted.get(environment) ?? 0;
    budget.disrupted.set(environment, disrupted - batch.replacement.retire.length);
    const simulated = groups.get(groupName);
    if (simulated === undefined) continue;
    simulated.group = batch.after;
    simulated.busy = false;
    plan(simulation, [simulated], batch.until);
  }
}

function nextEventAt({ groups, running }: Simulation): number {
  let next = running.nextAt();
  for (const { busy, nextAt } of groups.values()) if (!busy && nextAt < next) next = nextAt;
  return next;
}
