import type { S3Client } from '@aws-sdk/client-s3';
import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { readEnvironments } from '../environments/read-environments.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord } from '../model.ts';
import { keepMachines } from './keep-machines.ts';
import { machinesToKeep } from './machines-to-keep.ts';
import type { FleetGroup, RecyclingPolicy } from './fleet.ts';
import { leftBehind } from './left-behind.ts';
import { leftByRollouts } from './left-by-rollouts.ts';
import type { RetirementOrder } from './left-by-rollouts.ts';
import { DEFAULT_MINUTES } from './minutes-between.ts';
import { noteHeld } from './note-held.ts';
import { notePassedOver } from './note-passed-over.ts';
import { noteSkipped } from './note-skipped.ts';
import { onlyAsked } from './only-asked.ts';
import { planRecycling } from './plan-fleet.ts';
import { readFleet } from './read-fleet.ts';
import type { ReadFleetDeps } from './read-fleet.ts';
import { readServing } from './read-serving.ts';
import { readRecyclingPolicy } from './recycling-policy.ts';
import type { RecyclingPolicyDeps } from './recycling-policy.ts';
import type { ReplacementOrder } from './replacement-order.ts';
import { toOrders } from './to-orders.ts';

/** Input of the state machine `recycle`: nothing from the schedule, what a person asked for otherwise. */
export interface PlanRecyclingInput {
  readonly environment?: string;
  readonly app?: string;
  /** Whatever its age. */
  readonly all?: boolean;
  /** Also when so many machines are overdue that a clock may be wrong. */
  readonly evenIfOverdue?: boolean;
  readonly requestedBy?: string;
  /** Of a person's request, which it has for itself: what it starts is never taken for what something else started. */
  readonly requestId?: string;
}

export interface PlanRecyclingDeps extends RecyclingPolicyDeps, ReadFleetDeps {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly announce: Announce;
  readonly log: Logger;
  /** How often a plan is made, in minutes; 5 where it is absent. */
  readonly everyMinutes?: number;
}

/** What is recycled now. */
export interface PlannedRecycling {
  /** The minute of the plan. */
  readonly planId: string;
  readonly replacements: readonly ReplacementOrder[];
  /** Of what rollouts left, whatever its age. */
  readonly retirements: readonly RetirementOrder[];
}

/** Whether a plan before this one left something to go on with, or to forget. */
const isUnfinished = ({ replacement, recycling, passedOver }: EnvironmentRecord): boolean =>
  (replacement ?? recycling?.skipped ?? passedOver) !== undefined;

/** Whether its machines may have timers that end them, whatever the environment says now. */
const hasTimers = ({ current }: EnvironmentRecord): boolean => current?.deadManSeconds !== undefined;

/** Environments in which a plan could find something to do. */
const isOfInterest = (
  { name, maximumUptimeMinutes }: DeployedEnvironment,
  { all = false }: PlanRecyclingInput,
  records: readonly EnvironmentRecord[],
): boolean =>
  all ||
  maximumUptimeMinutes !== undefined ||
  records.some((record) => record.environment === name && (isUnfinished(record) || hasTimers(record)));

/**
 * Reads the fleet and plans which machines are replaced now; why the others that are due are not is recorded where people
 * look for it, and announced once.
 */
export const planRecyclingNow = async (
  input: PlanRecyclingInput,
  deps: PlanRecyclingDeps,
): Promise<PlannedRecycling> => {
  const now = deps.clock.now();
  const planId = now.toISOString().slice(0, 16).replace(/[-:]/g, '');
  const environments = (await readEnvironments(deps.documents)).filter(
    ({ name }) => input.environment === undefined || name === input.environment,
  );
  const { environment, all = false, evenIfOverdue = false } = input;
  const known = await readServing(environment === undefined ? {} : { environment }, deps);
  const names = new Set(
    environments.filter((each) => isOfInterest(each, input, known)).map(({ name }) => name),
  );
  const records = known.filter((record) => names.has(record.environment));
  const policies: RecyclingPolicy[] = [];
  for (const each of environments)
    if (names.has(each.name)) policies.push(await readRecyclingPolicy(each, deps));
  const asked = records.filter(({ app }) => input.app === undefined || app === input.app);
  const again = await leftBehind(asked, policies, deps);
  const resumed = new Set(again.map(({ groupName }) => groupName));
  const fleet = onlyAsked(await readFleet(records, environment, deps), input.app).map((group): FleetGroup =>
    resumed.has(group.groupName)
      ? { ...group, skip: 'its replacement is taken up again', waits: true }
      : group,
  );
  const plan = planRecycling(fleet, policies, now.getTime(), deps.stack, {
    all,
    launchedBefore: now.getTime(),
    evenIfOverdue,
  });
  const skipped = plan.skipped.filter(({ waits = false }) => !waits);
  await noteSkipped(asked, plan, deps);
  await notePassedOver(asked, plan, deps);
  // What a person overrides holds all the same, and what holds that person alone is nobody else's news.
  if (!all && !evenIfOverdue)
    await noteHeld(
      environments.map(({ name }) => name),
      plan.held,
      deps,
    );
  const replacements = toOrders([...again, ...plan.replacements], {
    ...input,
    planId,
    turnOver: plan.turnOver,
    now: now.getTime(),
  });
  const inVain = new Set(
    fleet.filter(({ triedInVainAt }) => triedInVainAt !== undefined).map(({ groupName }) => groupName),
  );
  const replaced = new Set(
    replacements
      .filter(({ groupName }) => !inVain.has(groupName))
      .flatMap(({ retire }) => retire.map(({ instanceId }) => instanceId)),
  );
  const { everyMinutes = DEFAULT_MINUTES, stack: seed } = deps;
  await keepMachines(
    machinesToKeep({
      fleet,
      policies,
      turnOver: plan.turnOver,
      now: now.getTime(),
      seed,
      replaced,
      everyMinutes,
    }),
    deps,
  );
  deps.log.info('recycling planned', {
    planId,
    machines: plan.turnOver.reduce((sum, { machines }) => sum + machines, 0),
    replacements: replacements.length,
    skipped: skipped.length,
    held: plan.held,
  });
  const retirements = await leftByRollouts(
    known.filter(({ app }) => input.app === undefined || app === input.app),
    now,
    deps.states,
  );
  return { planId, replacements, retirements };
};
