import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { allowedDisruption } from '../disruption/budget.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import type { EnvironmentRecord, InstanceId } from '../model.ts';
import { toFleetGroup } from './describe-group.ts';
import { jitterSpanSeconds } from './due-time.ts';
import type { EnvironmentOutlook } from './environment-outlook.ts';
import type { RecyclingPolicy } from './fleet.ts';
import { makesWay } from './hold-lease.ts';
import { planDue } from './plan-due.ts';
import type { LaunchedMachines } from './read-launch-times.ts';
import { readRecyclingPolicy } from './recycling-policy.ts';
import type { RecyclingPolicyDeps } from './recycling-policy.ts';
import type { LaunchReplacementsInput, ReplacementBatch } from './replacement-order.ts';
import { seededFraction } from './seeded-fraction.ts';

/**
 * Batches of one execution: with all of their retries they fit into an execution's history of 25,000 events
 * (AWS-FACTS 4.6). What is left comes with the next plan.
 */
export const MOST_BATCHES = 30;

export interface NextBatchDeps extends RecyclingPolicyDeps {
  readonly stack: string;
}

/** What the plan found for the whole environment: by the same figures the same machines are due. */
const outlookOf = (
  { total, turnOverSeconds }: ReplacementBatch,
  policy: RecyclingPolicy,
): EnvironmentOutlook => {
  const { environment, maximumUptimeSeconds, disruption } = policy;
  return {
    policy,
    machines: total,
    allowed: allowedDisruption(disruption, total),
    turnOver: { environment, machines: total, seconds: turnOverSeconds, possible: true },
    spanSeconds:
      maximumUptimeSeconds === undefined ? 0 : jitterSpanSeconds(maximumUptimeSeconds, turnOverSeconds),
  };
};

/** With the machines of this batch that were there before everything was asked for, as a batch has that was taken over. */
const sparedAfter = (
  { launchedBefore = -Infinity, spared = [], launched: own }: ReplacementBatch,
  launched: LaunchedMachines,
): readonly InstanceId[] => [
  ...spared,
  ...own
    .map(({ instanceId }) => instanceId)
    .filter((instanceId) => (launched.get(instanceId)?.launchedAt ?? Infinity) < launchedBefore),
];

/** The group without the batch's machines. */
export interface SeenMachines {
  readonly group: AutoScalingGroup;
  /** When it was asked for, ISO 8601. */
  readonly seenAt: string;
  readonly launched: LaunchedMachines;
}

/**
 * The batch of the same group that comes next, planned anew on what the group is now; undefined when nothing is due, when a
 * rollout waits, or when the environment must not be disrupted any more.
 */
export const nextBatch = async (
  batch: ReplacementBatch,
  record: EnvironmentRecord,
  { group, seenAt, launched }: SeenMachines,
  deps: NextBatchDeps,
): Promise<LaunchReplacementsInput | undefined> => {
  const { name, total, turnOverSeconds, launchedBefore, requestedBy, executionArn, startedAt } = batch;
  const batches = batch.batches + 1;
  if (batches >= MOST_BATCHES || makesWay(record)) return undefined;
  const environment = await readEnvironment(batch.environment, deps.documents);
  const policy = await readRecyclingPolicy(environment, deps, executionArn);
  if (policy.hold !== undefined) return undefined;
  const spared = sparedAfter(batch, launched);
  const { replacements } = planDue(
    [toFleetGroup(record, group, launched, { bootSeconds: batch.bootSeconds })],
    {
      outlooks: new Map([[environment.name, outlookOf(batch, policy)]]),
      now: deps.clock.now().getTime(),
      fractionOf: seededFraction(deps.stack),
      allBefore: launchedBefore ?? -Infinity,
      spared: new Set(spared),
      budget: { launches: Infinity, disrupted: new Map([[environment.name, policy.disrupted]]) },
    },
  );
  const [next] = replacements;
  if (next === undefined) return undefined;
  return {
    ...next,
    name,
    total,
    turnOverSeconds,
    executionArn,
    startedAt,
    batches,
    replaced: batch.replaced + batch.retire.length,
    bootSeconds: batch.bootSeconds,
    seenAt,
    ...(launchedBefore === undefined ? {} : { launchedBefore }),
    ...(spared.length === 0 ? {} : { spared }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
};
