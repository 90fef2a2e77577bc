import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { MachinesStillEndingError } from '../disruption/errors.ts';
import type { EnvironmentRecord, InstanceId, InstanceInZone, Replacement } from '../model.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { withoutRecycling } from '../rollout/lease.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { checkGroup, stillThere } from './check-recyclable.ts';
import { checkCapacityWithout, checkImages, checkUntouched } from './check-replacements.ts';
import { endMachines } from './end-machines.ts';
import type { EndMachinesDeps } from './end-machines.ts';
import { finishRecycling } from './finish-recycling.ts';
import type { FinishRecyclingDeps } from './finish-recycling.ts';
import { checkHolds, holdsLease, updateHeld } from './hold-lease.ts';
import { nextBatch } from './next-batch.ts';
import type { NextBatchDeps } from './next-batch.ts';
import { readGroupLaunchTimes } from './read-launch-times.ts';
import type { LaunchedMachines } from './read-launch-times.ts';
import type { LaunchReplacementsInput, ReplacementBatch } from './replacement-order.ts';

/** Looks at machines that end, counted from when they began to; a function has a minute in all. */
const LOOK_MILLISECONDS = [3000, 6000, 12_000, 20_000];

export interface RetireInstancesDeps extends NextBatchDeps, FinishRecyclingDeps, EndMachinesDeps {
  readonly documents: NextBatchDeps['documents'];
  readonly clock: NextBatchDeps['clock'];
  readonly states: NextBatchDeps['states'];
  readonly balancing: ElasticLoadBalancingV2Client;
}

/** What LaunchReplacements goes on with, if anything more is due. */
export interface RetiredInstances {
  readonly more: boolean;
  readonly next: LaunchReplacementsInput | null;
}

const DONE: RetiredInstances = { more: false, next: null };

const readGroup = async (batch: ReplacementBatch, deps: RetireInstancesDeps): Promise<AutoScalingGroup> =>
  checkGroup(batch, await readMachineGroup(batch.groupName, deps.autoScaling));

/** Replacements that are too many because a machine that was to be replaced died by itself, and Auto Scaling made that good. */
const tooMany = (
  batch: ReplacementBatch,
  { capacity, retired = [] }: Replacement,
  group: AutoScalingGroup,
): readonly InstanceInZone[] => {
  const there = new Set(stillThere(batch.retire, group));
  const told = new Set<string>(retired);
  const died = batch.retire.filter((machine) => !there.has(machine) && !told.has(machine.instanceId));
  const ended = batch.launched.filter(({ instanceId }) => told.has(instanceId));
  const larger = (group.DesiredCapacity ?? 0) - capacity - there.size;
  return stillThere(batch.launched, group).slice(
    0,
    Math.max(0, Math.min(died.length - ended.length, larger)),
  );
};

/** Says first which machines are told to end: whoever takes over knows of each whether the capacity went with it. */
const noteRetired = async (
  ids: readonly InstanceId[],
  batch: ReplacementBatch,
  deps: RetireInstancesDeps,
): Promise<void> => {
  await updateHeld(batch, deps, (found) => {
    const { replacement } = found;
    if (replacement === undefined) return found;
    const retired = [...new Set([...(replacement.retired ?? []), ...ids])];
    return { ...found, replacement: { ...replacement, retired } };
  });
};

/** Ends those of the batch's machines that do not end already. */
const retire = async (
  batch: ReplacementBatch,
  { current, replacement }: EnvironmentRecord,
  group: AutoScalingGroup,
  launched: LaunchedMachines,
  deps: RetireInstancesDeps,
): Promise<void> => {
  const old = stillThere(batch.retire, group);
  const surplus = replacement === undefined ? [] : tooMany(batch, replacement, group);
  const retiring = [...old, ...surplus];
  if (retiring.length === 0 || current === undefined) return;
  checkUntouched(retiring, batch, group);
  await checkCapacityWithout(retiring, batch, group, current, deps);
  checkImages(batch, current, launched);
  const { groupName } = batch;
  const ids = retiring.map(({ instanceId }) => instanceId);
  await noteRetired(ids, batch, deps);
  await endMachines({ groupName, machines: old, reason: 'age', decrement: true }, deps);
  await endMachines({ groupName, machines: surplus, reason: 'capacity', decrement: true }, deps);
  deps.log.info('machines retired', { groupName, retired: ids });
};

/** The group without the batch's machines. @throws MachinesStillEndingError while some still finish their requests */
const waitUntilGone = async (
  batch: ReplacementBatch,
  deps: RetireInstancesDeps,
): Promise<AutoScalingGroup> => {
  let left: readonly string[] = [];
  for (const milliseconds of LOOK_MILLISECONDS) {
    await deps.clock.delay(milliseconds);
    const group = await readGroup(batch, deps);
    const there = new Set((group.Instances ?? []).map(({ InstanceId = '' }) => InstanceId));
    left = batch.retire.map(({ instanceId }) => instanceId).filter((id) => there.has(id));
    if (left.length === 0) return group;
  }
  throw new MachinesStillEndingError(batch.groupName, left);
};

/**
 * Ends the machines of a batch whose replacements serve, and waits until they are gone; then plans the group's next batch, or
 * gives lease and budget back. What has ended by itself meanwhile is fine.
 * @throws TargetsNotHealthyYetError, MachinesStillEndingError to be called again, NotRecyclableError, WrongImageError,
 * LeaseLostError
 */
export const retireInstances = async (
  { batch }: { readonly batch: ReplacementBatch },
  deps: RetireInstancesDeps,
): Promise<RetiredInstances> => {
  const { environment, app, groupName } = batch;
  const record = await readEnvironmentRecord(environment, app, deps);
  // The answer to an attempt that had done all was lost.
  if (!holdsLease(record, batch) && record.replacement === undefined) return DONE;
  checkHolds(record, batch);
  const before = await readGroup(batch, deps);
  const launched = await readGroupLaunchTimes(groupName, deps.ec2);
  await retire(batch, record, before, launched, deps);
  const group = await waitUntilGone(batch, deps);
  const done = await updateHeld(batch, deps, withoutRecycling);
  const next = await nextBatch(batch, done, { group, launched }, deps);
  if (next !== undefined) return { more: true, next };
  await finishRecycling({ ...batch, machines: batch.replaced + batch.retire.length }, deps);
  return DONE;
};
