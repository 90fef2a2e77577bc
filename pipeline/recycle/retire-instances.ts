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
import type { NextBatchDeps, SeenMachines } from './next-batch.ts';
import { readGroupLaunchTimes } from './read-launch-times.ts';
import type { LaunchedMachines } from './read-launch-times.ts';
import type { LaunchReplacementsInput, ReplacementBatch } from './replacement-order.ts';

/** What a machine takes to go when its last request is answered. */
const END_MILLISECONDS = 3000;
/** A function has a minute in all. */
const LONGEST_DRAIN_WAIT_MILLISECONDS = 35_000;
/** Looks after the first one; later ones are the state machine's, which waits in between. */
const LOOK_MILLISECONDS = [5000, 8000];

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

type SeenGroup = Pick<SeenMachines, 'group' | 'seenAt'>;

const readGroup = async (batch: ReplacementBatch, deps: RetireInstancesDeps): Promise<SeenGroup> => {
  const seenAt = deps.clock.now().toISOString();
  return { seenAt, group: checkGroup(batch, await readMachineGroup(batch.groupName, deps.autoScaling)) };
};

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
  change: (retired: readonly InstanceId[]) => readonly InstanceId[],
  batch: ReplacementBatch,
  deps: RetireInstancesDeps,
): Promise<void> => {
  await updateHeld(batch, deps, (found) => {
    const { replacement } = found;
    if (replacement === undefined) return found;
    const retired = change(replacement.retired ?? []);
    return { ...found, replacement: { ...replacement, retired } };
  });
};

/**
 * Ends those of the batch's machines that do not end already.
 * @returns what EC2 knows of them all, if any were ended
 * @throws MachinesStillEndingError to be called again where one went by itself meanwhile
 */
const retire = async (
  batch: ReplacementBatch,
  { current, replacement }: EnvironmentRecord,
  group: AutoScalingGroup,
  deps: RetireInstancesDeps,
): Promise<LaunchedMachines | undefined> => {
  const old = stillThere(batch.retire, group);
  const surplus = replacement === undefined ? [] : tooMany(batch, replacement, group);
  const retiring = [...old, ...surplus];
  if (retiring.length === 0 || current === undefined) return undefined;
  const { groupName } = batch;
  const launched = await readGroupLaunchTimes(groupName, deps.ec2);
  checkUntouched(retiring, batch, group);
  await checkCapacityWithout(retiring, batch, group, current, deps);
  checkImages(batch, current, launched);
  const ids = retiring.map(({ instanceId }) => instanceId);
  await noteRetired((retired) => [...new Set([...retired, ...ids])], batch, deps);
  const { DesiredCapacity: desired = 0 } = group;
  const aged = await endMachines({ groupName, machines: old, reason: 'age', lowerFrom: desired }, deps);
  const lowerFrom = desired - aged.length;
  const spare = await endMachines({ groupName, machines: surplus, reason: 'capacity', lowerFrom }, deps);
  const ended = new Set([...aged, ...spare].map(({ instanceId }) => instanceId));
  const gone = ids.filter((id) => !ended.has(id));
  deps.log.info('machines retired', { groupName, retired: [...ended], gone });
  if (gone.length === 0) return launched;
  // Auto Scaling makes good for them, which the next look sees.
  await noteRetired((retired) => retired.filter((id) => !gone.includes(id)), batch, deps);
  throw new MachinesStillEndingError(groupName, gone);
};

/** What was seen of launches is forgotten where the group is smaller than that can be: somebody raised it at that very moment. */
const withoutDoubt = (
  { launchRaises, ...record }: EnvironmentRecord,
  { capacity }: ReplacementBatch,
  { DesiredCapacity = 0 }: AutoScalingGroup,
): EnvironmentRecord =>
  launchRaises === undefined || DesiredCapacity < capacity ? record : { ...record, launchRaises };

const leftIn = ({ Instances = [] }: AutoScalingGroup, { retire }: ReplacementBatch): readonly string[] => {
  const there = new Set(Instances.map(({ InstanceId = '' }) => InstanceId));
  return retire.map(({ instanceId }) => instanceId).filter((id) => there.has(id));
};

/** Looks when those that were just told to end can have gone. */
const waitUntilGone = async (
  batch: ReplacementBatch,
  before: SeenGroup,
  deps: RetireInstancesDeps,
): Promise<SeenGroup> => {
  const first = Math.min(batch.drainSeconds * 1000 + END_MILLISECONDS, LONGEST_DRAIN_WAIT_MILLISECONDS);
  let seen = before;
  for (const milliseconds of [first, ...LOOK_MILLISECONDS]) {
    await deps.clock.delay(milliseconds);
    seen = await readGroup(batch, deps);
    if (leftIn(seen.group, batch).length === 0) break;
  }
  return seen;
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
  const known = await retire(batch, record, before.group, deps);
  const seen = known === undefined ? before : await waitUntilGone(batch, before, deps);
  const left = leftIn(seen.group, batch);
  if (left.length > 0) throw new MachinesStillEndingError(groupName, left);
  const done = await updateHeld(batch, deps, (found) =>
    withoutDoubt(withoutRecycling(found), batch, seen.group),
  );
  const launched = known ?? (await readGroupLaunchTimes(groupName, deps.ec2));
  const next = await nextBatch(batch, done, { ...seen, launched }, deps);
  if (next !== undefined) return { more: true, next };
  await finishRecycling({ ...batch, machines: batch.replaced + batch.retire.length }, deps);
  return DONE;
};
