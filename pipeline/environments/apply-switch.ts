import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { EnvironmentRecord } from '../model.ts';
import { intendedCapacity } from '../recycle/intended-capacity.ts';
import { readEnvironmentRecord, updateEnvironment } from '../rollout/environment-record.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { isRunning } from '../rollout/is-running.ts';
import { NO_CAPACITY, readCapacity, setCapacity } from './group-capacity.ts';
import type { Capacity } from './group-capacity.ts';
import { readEnvironment } from './read-environments.ts';
import { readSwitchedOff } from './switched-off.ts';
import type { EnvironmentSwitch } from './switched-off.ts';

export interface ApplySwitchDeps extends EnvironmentRecordDeps {
  readonly autoScaling: AutoScalingClient;
  readonly states: SFNClient;
}

/** Nothing had to change, it was switched, or a rollout holds the app and switches it when it ends. */
export type SwitchOutcome = 'unchanged' | 'switched' | 'later';

/** A wish that changes meanwhile is followed so many times; the next switch goes on from there. */
const ATTEMPTS = 5;

/** Chaos changes no capacity, and what it waits for need not come any more. */
const isBusy = async ({ lease }: EnvironmentRecord, deps: ApplySwitchDeps): Promise<boolean> =>
  lease !== undefined && lease.trigger !== 'chaos' && (await isRunning(lease.executionArn, deps.states));

/** Groups that serve or are warm. */
const groupsOf = ({ current, warm }: EnvironmentRecord): string[] =>
  [current, warm?.deployment].flatMap((deployment) =>
    deployment === undefined ? [] : [deployment.groupName],
  );

const capacityToKeep = async (
  record: EnvironmentRecord,
  seen: Capacity | undefined,
  deps: ApplySwitchDeps,
): Promise<Capacity> => {
  const now = await readCapacity(record.current?.groupName ?? '', deps.autoScaling);
  if (now !== undefined && now.desired > 0)
    return { ...now, desired: intendedCapacity(record, record.current?.groupName ?? '', now.desired) };
  return seen ?? (await readEnvironment(record.environment, deps.documents)).capacity;
};

/** Notes the capacity to come back to before any machine goes, unless a rollout began meanwhile. */
const switchOff = async (
  before: EnvironmentRecord,
  { since, by }: EnvironmentSwitch,
  seen: Capacity | undefined,
  deps: ApplySwitchDeps,
): Promise<EnvironmentRecord> => {
  const capacity = await capacityToKeep(before, seen, deps);
  const record = await updateEnvironment(before.environment, before.app, deps, async (found) => {
    if (found.off !== undefined || (await isBusy(found, deps))) return undefined;
    // All of its machines go, also those that a replacement left.
    const { replacement: _left, ...rest } = found;
    return { ...rest, off: { since, by, capacity } };
  });
  if (record.off === undefined) return record;
  for (const groupName of groupsOf(record)) await setCapacity(groupName, NO_CAPACITY, deps.autoScaling);
  return record;
};

/** Forgets the capacity only after the group has it again. */
const switchOn = async (
  before: EnvironmentRecord,
  capacity: Capacity,
  deps: ApplySwitchDeps,
): Promise<EnvironmentRecord> => {
  for (const groupName of groupsOf(before)) await setCapacity(groupName, capacity, deps.autoScaling);
  return updateEnvironment(before.environment, before.app, deps, async (found) => {
    if (await readSwitchedOff(found.environment, deps.documents)) return undefined;
    const { off, ...rest } = found;
    return off === undefined ? undefined : rest;
  });
};

/**
 * Makes the app in the environment as the environment is wished to be: off, with no machines and the old capacity noted, or
 * on, with that capacity. A rollout that runs is not disturbed: it calls this when it has given its lease back. To be
 * repeated freely.
 */
export const applySwitch = async (
  app: string,
  environment: string,
  deps: ApplySwitchDeps,
): Promise<SwitchOutcome> => {
  let outcome: SwitchOutcome = 'unchanged';
  let seen: Capacity | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const wish = await readSwitchedOff(environment, deps.documents);
    const record = await readEnvironmentRecord(environment, app, deps);
    seen = record.off?.capacity ?? seen;
    if (record.current === undefined) return outcome;
    if (wish === undefined) {
      if (record.off === undefined) return outcome;
      await switchOn(record, record.off.capacity, deps);
    } else {
      if (record.off === undefined && (await isBusy(record, deps))) return 'later';
      const settled = record.off !== undefined;
      await switchOff(record, wish, seen, deps);
      // Once more with what was noted: whatever was switched on at the same moment is seen then.
      if (settled) return outcome;
    }
    outcome = 'switched';
  }
  return outcome;
};
