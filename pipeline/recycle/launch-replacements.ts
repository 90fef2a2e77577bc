import { createHash } from 'node:crypto';
import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { takeBudget } from '../disruption/budget.ts';
import type { HoldReasonDeps } from '../disruption/hold-reason.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { NotRecyclableError, RecyclingYieldedError } from '../disruption/errors.ts';
import type { Deployment, EnvironmentRecord, InstanceInZone, Replacement } from '../model.ts';
import { keyOf } from '../rollout/configuration.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { takeLease } from '../rollout/lease.ts';
import type { LeaseDeps } from '../rollout/lease.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { checkGroup, checkRecyclable, choosePlanned, stillThere } from './check-recyclable.ts';
import { countByZone } from './choose-zones.ts';
import { findLaunched } from './find-launched.ts';
import { finishRecycling } from './finish-recycling.ts';
import type { FinishRecyclingDeps } from './finish-recycling.ts';
import { makesWay, updateHeld } from './hold-lease.ts';
import { launchInZones } from './launch-in-zones.ts';
import { readStartTimes } from './read-start-times.ts';
import type { LaunchReplacementsInput, ReplacementBatch } from './replacement-order.ts';

/** What Auto Scaling and the balancer may take beyond what a machine needs to start. */
const MARGIN_SECONDS = 60;

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

/** The batch that somebody left, with those of its machines that are still there, or the one that was planned. */
const chooseIntent = (
  { groupName, executionArn, retire, batches = 0 }: LaunchReplacementsInput,
  record: EnvironmentRecord,
  group: AutoScalingGroup,
  since: string,
): Replacement => {
  const { replacement } = record;
  if (replacement?.groupName === groupName) {
    const left = stillThere(replacement.retire, group);
    if (left.length > 0) return { ...replacement, executionArn, retire: left };
  }
  const chosen = choosePlanned(record, retire, group);
  const ids = chosen.map(({ instanceId }) => instanceId);
  const token = createHash('sha256').update([executionArn, String(batches), since, ...ids].join('\n'));
  return {
    executionArn,
    groupName,
    since,
    capacity: group.DesiredCapacity ?? 0,
    retire: chosen,
    clientToken: token.digest('hex').slice(0, 32),
  };
};

/**
 * Raises the desired capacity where a launch did not: AWS's documentation implies that it does without saying so. Under
 * either reading the group afterwards wants the machines that it has.
 */
const raiseCapacity = async (
  { groupName, capacity }: Replacement,
  launched: number,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  const group = await readMachineGroup(groupName, autoScaling);
  // Anything else was somebody else's change in between, or the launch's own.
  if (group?.DesiredCapacity !== capacity) return;
  await autoScaling.send(
    new SetDesiredCapacityCommand({
      AutoScalingGroupName: groupName,
      DesiredCapacity: capacity + launched,
      HonorCooldown: false,
    }),
  );
};

const launch = async (
  intent: Replacement,
  group: AutoScalingGroup,
  deps: LaunchReplacementsDeps,
): Promise<readonly InstanceInZone[]> => {
  const before = await findLaunched(intent, group, deps.ec2);
  const launched = before.length > 0 ? before : await launchInZones(intent, group, deps.autoScaling);
  await raiseCapacity(intent, launched.length, deps.autoScaling);
  return launched;
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

const toBatch = async (
  input: LaunchReplacementsInput,
  { retire, launched = [] }: Replacement,
  current: Deployment,
  environment: DeployedEnvironment,
  deps: LaunchReplacementsDeps,
): Promise<ReplacementBatch> => {
  const { app } = input;
  const times = await readStartTimes({ app, releaseId: current.releaseId }, deps.documents);
  const now = deps.clock.now();
  const seconds = Math.max(environment.healthGraceSeconds, times.startSeconds) + MARGIN_SECONDS;
  return {
    ...input,
    startedAt: input.startedAt ?? now.toISOString(),
    batches: input.batches ?? 0,
    replaced: input.replaced ?? 0,
    retire,
    launched,
    launchedAt: now.toISOString(),
    bootSeconds: times.bootSeconds,
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
  const described = await readMachineGroup(groupName, deps.autoScaling);
  const group = checkGroup(record, described);
  const intent = chooseIntent(input, record, group, deps.clock.now().toISOString());
  const machines = intent.retire.length;
  const request = { kind: 'recycling', app, machines, executionArn, total } as const;
  await takeBudget(environment, request, deps);
  await updateHeld(input, deps, (found) => ({ ...found, replacement: intent }));
  const launched = await launch(intent, group, deps);
  const replacement = { ...intent, launched, retire: retireFor(intent.retire, launched) };
  await updateHeld(input, deps, (found) => ({ ...found, replacement }));
  const batch = await toBatch(input, replacement, current, environment, deps);
  const retire = replacement.retire.map(({ instanceId }) => instanceId);
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
