import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { takeBudget } from '../disruption/budget.ts';
import type { HoldReasonDeps } from '../disruption/hold-reason.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { NoCapacityError, NotRecyclableError, RecyclingYieldedError } from '../disruption/errors.ts';
import type { Deployment, EnvironmentRecord, InstanceInZone, Replacement } from '../model.ts';
import { keyOf } from '../rollout/configuration.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { takeLease } from '../rollout/lease.ts';
import type { LeaseDeps } from '../rollout/lease.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { checkGroup, checkRecyclable } from './check-recyclable.ts';
import { chooseIntents } from './choose-intents.ts';
import { countByZone } from './choose-zones.ts';
import { findLaunched } from './find-launched.ts';
import { finishRecycling } from './finish-recycling.ts';
import type { FinishRecyclingDeps } from './finish-recycling.ts';
import { makesWay, updateHeld } from './hold-lease.ts';
import { launchInZones } from './launch-in-zones.ts';
import { raiseCapacity } from './raise-capacity.ts';
import { readStartTimes } from './read-start-times.ts';
import type { LaunchReplacementsInput, ReplacementBatch } from './replacement-order.ts';
import { OVERHEAD_SECONDS } from './turn-over.ts';

/** What Auto Scaling and the balancer may take beyond what a machine needs to start. */
const MARGIN_SECONDS = 60;
/** For so long what a plan saw of the group need not be looked at again. */
const SEEN_MILLISECONDS = 5000;

export interface LaunchReplacementsDeps extends LeaseDeps, HoldReasonDeps, FinishRecyclingDeps {
  readonly documents: LeaseDeps['documents'];
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
}

/** @throws RolloutInProgressError, NotRecyclableError */
const enter = async (
  { environment, app, executionArn }: LaunchReplacementsInput,
  deps: LaunchReplacementsDeps,
): Promise<EnvironmentRecord> => {
  const { current } = await readEnvironmentRecord(environment, app, deps);
  if (current === undefined) throw new NotRecyclableError(app, environment, 'nothing serves');
  return takeLease(environment, app, { executionArn, ...keyOf(current), trigger: 'recycling' }, deps);
};

/** A rollout that came between two batches finds all that was begun done. @throws RecyclingYieldedError */
const yieldToRollout = async (
  { startedAt, replaced: machines = 0, ...input }: LaunchReplacementsInput,
  record: EnvironmentRecord,
  deps: LaunchReplacementsDeps,
): Promise<void> => {
  // What an attempt before this one began to launch is abandoned like any other.
  if (startedAt === undefined || !makesWay(record) || record.replacement !== undefined) return;
  await finishRecycling({ ...input, startedAt, machines }, deps);
  throw new RecyclingYieldedError(record.app, record.environment);
};

/** The group as the plan has just seen it counts for a moment: what ends is looked at again before it does. */
const isSeen = (
  { seenAt = '', capacity }: LaunchReplacementsInput,
  { replacement }: EnvironmentRecord,
  { clock }: LaunchReplacementsDeps,
): boolean =>
  capacity !== undefined &&
  replacement === undefined &&
  Math.abs(clock.now().getTime() - Date.parse(seenAt)) < SEEN_MILLISECONDS;

interface LaunchedFrom {
  /** Undefined where the plan has just seen it. */
  readonly group: AutoScalingGroup | undefined;
  readonly record: EnvironmentRecord;
}

interface Launched {
  readonly intent: Replacement;
  readonly launched: readonly InstanceInZone[];
  readonly launchRaises: boolean | undefined;
}

const launch = async (
  intent: Replacement,
  { group, record }: LaunchedFrom,
  { autoScaling, ec2 }: LaunchReplacementsDeps,
): Promise<Launched> => {
  const before = group === undefined ? [] : await findLaunched(intent, group, record, ec2);
  const launched = before.length > 0 ? before : await launchInZones(intent, autoScaling);
  return {
    intent,
    launched,
    launchRaises: await raiseCapacity(intent, launched.length, record, autoScaling),
  };
};

/**
 * Launches the first of the batches that finds room: machines that are due in other zones do not wait for a zone that is full.
 * @throws NoCapacityError for the first of them when there is none
 */
const launchWhereRoom = async (
  intents: readonly [Replacement, ...Replacement[]],
  from: LaunchedFrom,
  input: LaunchReplacementsInput,
  deps: LaunchReplacementsDeps,
): Promise<Launched> => {
  let refusal: NoCapacityError | undefined;
  for (const intent of intents) {
    await updateHeld(input, deps, (found) => ({
      ...found,
      replacement: intent,
      raiseMark: intent.mark,
    }));
    try {
      return await launch(intent, from, deps);
    } catch (error) {
      if (!(error instanceof NoCapacityError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
};

/** As many of the old machines as were launched: of the same zones first. */
const retireFor = (
  retire: readonly InstanceInZone[],
  launched: readonly InstanceInZone[],
): readonly InstanceInZone[] => {
  const left = countByZone(launched);
  const sameZone = retire.filter(({ zone }) => {
    const count = left.get(zone) ?? 0;
    left.set(zone, count - 1);
    return count > 0;
  });
  const others = retire.filter((machine) => !sameZone.includes(machine));
  return [...sameZone, ...others].slice(0, launched.length);
};

/** As the smoke test measured it, or as the batch before this one took longer: no later than is planned with. */
const lookAfter = ({ bootSeconds = 0 }: LaunchReplacementsInput, measured: number): number =>
  Math.min(Math.max(bootSeconds, measured), measured + OVERHEAD_SECONDS);

const toBatch = async (
  { seenAt: _at, otherwise: _others, ...input }: LaunchReplacementsInput,
  { intent, launched }: Launched,
  current: Deployment,
  environment: DeployedEnvironment,
  deps: LaunchReplacementsDeps,
): Promise<ReplacementBatch> => {
  const { app } = input;
  const times = await readStartTimes({ app, ...current }, deps.documents);
  const now = deps.clock.now();
  const seconds = Math.max(environment.healthGraceSeconds, times.startSeconds) + MARGIN_SECONDS;
  return {
    ...input,
    startedAt: input.startedAt ?? now.toISOString(),
    batches: input.batches ?? 0,
    replaced: input.replaced ?? 0,
    retire: retireFor(intent.retire, launched),
    launched,
    capacity: intent.capacity,
    launchedAt: now.toISOString(),
    bootSeconds: lookAfter(input, times.bootSeconds),
    drainSeconds: environment.drainSeconds,
    giveUpAt: new Date(now.getTime() + seconds * 1000).toISOString(),
  };
};

/**
 * Launches the replacements of a batch in the zones of the machines that they replace, once it has the app's lease and a
 * part of the environment's budget and all that was planned still holds. What it is about to do is recorded first, so that
 * whoever takes over goes on with the same machines.
 * @throws RecyclingYieldedError when all is done and given back; RolloutInProgressError, NotRecyclableError, BudgetSpentError,
 * NoCapacityError: nothing failed, another plan will try; MachinesKeepFailingError when the launch is refused for another
 * reason
 */
export const launchReplacements = async (
  input: LaunchReplacementsInput,
  deps: LaunchReplacementsDeps,
): Promise<{ readonly batch: ReplacementBatch }> => {
  const { app, groupName, executionArn, total, requestedBy } = input;
  const environment = await readEnvironment(input.environment, deps.documents);
  const record = await enter(input, deps);
  await yieldToRollout(input, record, deps);
  const current = await checkRecyclable(record, groupName, environment, deps);
  const group = isSeen(input, record, deps)
    ? undefined
    : checkGroup(record, await readMachineGroup(groupName, deps.autoScaling));
  const { capacity = 0 } = group === undefined ? input : { capacity: group.DesiredCapacity };
  const since = deps.clock.now().toISOString();
  const intents = chooseIntents(input, record, group, { capacity, since });
  const machines = intents[0].retire.length;
  const request = { kind: 'recycling', app, machines, executionArn, total } as const;
  await takeBudget(environment, request, deps);
  const found = await launchWhereRoom(intents, { group, record }, input, deps);
  const batch = await toBatch(input, found, current, environment, deps);
  const { launched } = batch;
  const { launchRaises } = found;
  const replacement = { ...found.intent, launched, retire: batch.retire };
  await updateHeld(input, deps, (held) => ({
    ...held,
    replacement,
    ...(launchRaises === undefined ? {} : { launchRaises }),
  }));
  const retire = batch.retire.map(({ instanceId }) => instanceId);
  deps.log.info('replacements launched', {
    groupName,
    retire,
    launched: launched.map((each) => each.instanceId),
  });
  if (batch.batches === 0)
    await deps.announce('recycling.started', {
      app,
      environment: environment.name,
      releaseId: current.releaseId,
      due: input.due,
      machines: retire,
      ...(requestedBy === undefined ? {} : { by: requestedBy }),
    });
  return { batch };
};
