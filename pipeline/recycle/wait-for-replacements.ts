import type {
  ElasticLoadBalancingV2Client,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { poll } from '../clock.ts';
import { MachinesKeepFailingError, TargetsNotHealthyYetError } from '../errors.ts';
import { NotRecyclableError } from '../disruption/errors.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord } from '../model.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import { adoptSuccessors } from './adopt-successors.ts';
import type { AdoptSuccessorsDeps } from './adopt-successors.ts';
import { checkHolds } from './hold-lease.ts';
import type { ReplacementBatch } from './replacement-order.ts';

/** Looks are few: each is a call, and a batch has many states to get through. */
const LOOK_MILLISECONDS = 1000;
const LONGEST_LOOK_MILLISECONDS = 8000;
/** A function has a minute in all. */
const LOOKING_MILLISECONDS = 20_000;
const LONGEST_BOOT_WAIT_MILLISECONDS = 25_000;

export interface WaitForReplacementsDeps extends AdoptSuccessorsDeps {
  readonly log: Logger;
  readonly balancing: ElasticLoadBalancingV2Client;
}

const millisecondsSinceLaunch = (
  { launchedAt }: ReplacementBatch,
  { clock }: WaitForReplacementsDeps,
): number => clock.now().getTime() - Date.parse(launchedAt);

/** Nobody looks before the machines can have started. @throws TargetsNotHealthyYetError where that takes longer */
const waitForBoot = async (batch: ReplacementBatch, deps: WaitForReplacementsDeps): Promise<void> => {
  const { bootSeconds, launched } = batch;
  const passed = millisecondsSinceLaunch(batch, deps);
  const left = bootSeconds * 1000 - passed;
  // A clock that was set back says nothing of the machines.
  if (left <= 0 || passed < 0) return;
  await deps.clock.delay(Math.min(left, LONGEST_BOOT_WAIT_MILLISECONDS));
  if (left > LONGEST_BOOT_WAIT_MILLISECONDS)
    throw new TargetsNotHealthyYetError(0, launched.length, `they take ${bootSeconds} s to start`);
};

/** What all replacements took to serve counts for the next batch: a look that comes too early is a call in vain. */
const bootSecondsOf = (batch: ReplacementBatch, deps: WaitForReplacementsDeps): number => {
  const seconds = Math.ceil(millisecondsSinceLaunch(batch, deps) / 1000);
  return seconds > batch.bootSeconds + 1 ? seconds : batch.bootSeconds;
};

const describe = (states: ReadonlyMap<string, string>, { launched }: ReplacementBatch): string =>
  launched.map(({ instanceId }) => `${instanceId} ${states.get(instanceId) ?? 'not registered'}`).join(', ');

const statesOf = (targets: readonly TargetHealthDescription[]): ReadonlyMap<string, string> =>
  new Map(targets.map(({ Target, TargetHealth }) => [Target?.Id ?? '', TargetHealth?.State ?? 'unknown']));

/** Not the first ones: one that died was replaced by Auto Scaling, and that one has as much time again. */
const currentBatch = (batch: ReplacementBatch, { replacement }: EnvironmentRecord): ReplacementBatch => {
  const { launched = batch.launched } = replacement ?? {};
  const first = new Set<string>(batch.launched.map(({ instanceId }) => instanceId));
  if (launched.every(({ instanceId }) => first.has(instanceId))) return batch;
  const [launchedAt, giveUpAt] = [Date.parse(batch.launchedAt), Date.parse(batch.giveUpAt)];
  return { ...batch, launched, giveUpAt: new Date(2 * giveUpAt - launchedAt).toISOString() };
};

/** Asks Auto Scaling only where a replacement is not what it should be by now. */
const adopt = async (
  record: EnvironmentRecord,
  states: ReadonlyMap<string, string>,
  batch: ReplacementBatch,
  deps: WaitForReplacementsDeps,
): Promise<void> => {
  const isComing = batch.launched.every(({ instanceId }) =>
    ['initial', 'healthy'].includes(states.get(instanceId) ?? ''),
  );
  if (isComing || record.replacement === undefined) return;
  const adopted = await adoptSuccessors(record.replacement, batch, deps);
  if (adopted > 0) deps.log.info('replacements adopted', { groupName: batch.groupName, adopted });
};

/**
 * Looks for some seconds whether all replacements of a batch are healthy targets, and so have their share of the traffic. One
 * that died is replaced by what Auto Scaling launched in its place.
 * @throws TargetsNotHealthyYetError to be called again, MachinesKeepFailingError when they have had their time, LeaseLostError
 */
export const waitForReplacements = async (
  { batch: first }: { readonly batch: ReplacementBatch },
  deps: WaitForReplacementsDeps,
): Promise<{ readonly batch: ReplacementBatch }> => {
  const { environment, app, groupName } = first;
  const record = await readEnvironmentRecord(environment, app, deps);
  checkHolds(record, first);
  const { current } = record;
  if (current?.groupName !== groupName)
    throw new NotRecyclableError(app, environment, 'other machines serve now');
  const batch = currentBatch(first, record);
  const { launched } = batch;
  await waitForBoot(batch, deps);
  const interval = {
    intervalMilliseconds: LOOK_MILLISECONDS,
    longestMilliseconds: LONGEST_LOOK_MILLISECONDS,
    timeoutMilliseconds: LOOKING_MILLISECONDS,
  };
  let states: ReadonlyMap<string, string> = new Map();
  const healthy = await poll(deps.clock, interval, async () => {
    states = statesOf(await readTargetHealth(current.targetGroupArn, deps.balancing));
    return launched.every(({ instanceId }) => states.get(instanceId) === 'healthy') ? true : undefined;
  });
  const now = deps.clock.now();
  if (healthy === true) {
    const retiring = new Set<string>(batch.retire.map(({ instanceId }) => instanceId));
    const others = [...states].filter(([id, state]) => state === 'healthy' && !retiring.has(id));
    const bootSeconds = batch === first ? bootSecondsOf(batch, deps) : batch.bootSeconds;
    const seen = { healthyAt: now.toISOString(), healthyTargets: others.length };
    return { batch: { ...batch, ...seen, bootSeconds } };
  }
  const finding = describe(states, batch);
  if (now.getTime() >= Date.parse(batch.giveUpAt))
    throw new MachinesKeepFailingError(groupName, `replacements did not become healthy in time: ${finding}`);
  await adopt(record, states, batch, deps);
  const count = launched.filter(({ instanceId }) => states.get(instanceId) === 'healthy').length;
  throw new TargetsNotHealthyYetError(count, launched.length, finding);
};
