import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import { readEnvironments } from '../environments/read-environments.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord } from '../model.ts';
import { isLeased } from './busy-reason.ts';
import { failedBefore } from './failed-before.ts';
import { keepMachines } from './keep-machines.ts';
import { machinesToKeep } from './machines-to-keep.ts';
import type { FleetGroup, PlannedReplacement, RecyclingPlan, RecyclingPolicy } from './fleet.ts';
import { leftByRollouts } from './left-by-rollouts.ts';
import type { RetirementOrder } from './left-by-rollouts.ts';
import { DEFAULT_MINUTES } from './minutes-between.ts';
import { noteHeld } from './note-held.ts';
import { noteSkipped } from './note-skipped.ts';
import { onlyAsked } from './only-asked.ts';
import { planRecycling } from './plan-fleet.ts';
import { readFleet } from './read-fleet.ts';
import type { ReadFleetDeps } from './read-fleet.ts';
import { readServing } from './read-serving.ts';
import { readRecyclingPolicy } from './recycling-policy.ts';
import type { RecyclingPolicyDeps } from './recycling-policy.ts';
import type { ReplacementOrder } from './replacement-order.ts';

/** Input of the state machine `recycle`: nothing from the schedule, what a person asked for otherwise. */
export interface PlanRecyclingInput {
  readonly environment?: string;
  readonly app?: string;
  /** Whatever its age. */
  readonly all?: boolean;
  /** Also when so many machines are overdue that a clock may be wrong. */
  readonly evenIfOverdue?: boolean;
  readonly requestedBy?: string;
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

/** The state's output may have 262,144 bytes (AWS-FACTS 4.6); what does not fit comes with the next plan. */
const LONGEST_OUTPUT = 200_000;

/** A replacement that a dead execution left is taken up again, with the machines that it was about. */
const leftBehind = async (
  records: readonly EnvironmentRecord[],
  policies: readonly RecyclingPolicy[],
  deps: PlanRecyclingDeps,
): Promise<PlannedReplacement[]> => {
  const held = new Set(
    policies.filter(({ hold }) => hold !== undefined).map(({ environment }) => environment),
  );
  const found: PlannedReplacement[] = [];
  for (const record of records) {
    const { replacement, environment, app, off } = record;
    if (replacement === undefined || off !== undefined) continue;
    if (replacement.groupName !== record.current?.groupName || held.has(environment)) continue;
    if (await isLeased(record, deps.states)) continue;
    const { groupName, retire } = replacement;
    found.push({ environment, app, groupName, retire, due: retire.length });
  }
  return found;
};

/** Whoever plans the same machines in the same minute gives their replacement the same name. */
const nameOf = (planId: string, { groupName, retire }: PlannedReplacement): string => {
  const ids = retire.map(({ instanceId }) => instanceId).toSorted();
  const digest = createHash('sha256')
    .update([groupName, ...ids].join('\n'))
    .digest('hex');
  return `recycle-${planId}-${digest.slice(0, 16)}`;
};

const toOrders = (
  planId: string,
  replacements: readonly PlannedReplacement[],
  { turnOver }: Pick<RecyclingPlan, 'turnOver'>,
  { all = false, requestedBy }: PlanRecyclingInput,
  now: number,
): ReplacementOrder[] => {
  const outlooks = new Map(turnOver.map((outlook) => [outlook.environment, outlook]));
  let length = 0;
  const orders: ReplacementOrder[] = [];
  for (const replacement of replacements) {
    const { machines = 0, seconds = 0 } = outlooks.get(replacement.environment) ?? {};
    const order: ReplacementOrder = {
      ...replacement,
      name: nameOf(planId, replacement),
      total: machines,
      turnOverSeconds: seconds,
      ...(all ? { launchedBefore: now } : {}),
      ...(requestedBy === undefined ? {} : { requestedBy }),
    };
    length += JSON.stringify(order).length + 1;
    if (length > LONGEST_OUTPUT) break;
    orders.push(order);
  }
  return orders;
};

/** Environments in which a plan could find something to do. */
const isOfInterest = (
  { name, maximumUptimeMinutes }: DeployedEnvironment,
  { all = false }: PlanRecyclingInput,
  records: readonly EnvironmentRecord[],
): boolean =>
  all ||
  maximumUptimeMinutes !== undefined ||
  records.some(({ environment, replacement }) => environment === name && replacement !== undefined);

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
  const { environment } = input;
  const all = await readServing(environment === undefined ? {} : { environment }, deps);
  const names = new Set(
    environments.filter((each) => isOfInterest(each, input, all)).map(({ name }) => name),
  );
  const records = all.filter((record) => names.has(record.environment));
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
    all: input.all ?? false,
    launchedBefore: now.getTime(),
    evenIfOverdue: input.evenIfOverdue ?? false,
  });
  const skipped = plan.skipped.filter(({ waits = false }) => !waits);
  await noteSkipped(asked, plan, deps);
  await noteHeld([...names], plan.held, deps);
  const replacements = toOrders(planId, [...again, ...plan.replacements], plan, input, now.getTime());
  const inVain = new Set(asked.filter(failedBefore).map(({ current }) => current?.groupName));
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
    all.filter(({ app }) => input.app === undefined || app === input.app),
    now,
    deps.states,
  );
  return { planId, replacements, retirements };
};
