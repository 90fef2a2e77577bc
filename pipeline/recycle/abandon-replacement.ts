import type { Announce } from '../announce.ts';
import { giveBudgetBack } from '../disruption/budget.ts';
import { applySwitch } from '../environments/apply-switch.ts';
import type { ApplySwitchDeps } from '../environments/apply-switch.ts';
import { GroupNotWholeError } from '../disruption/errors.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord } from '../model.ts';
import type { RecyclingState } from './recycling-state.ts';
import { readFailure } from '../release/failure.ts';
import type { Failure } from '../release/failure.ts';
import { readEnvironmentRecord } from '../rollout/environment-record.ts';
import { withoutLease, withoutRecycling } from '../rollout/lease.ts';
import type { EndMachinesDeps } from './end-machines.ts';
import { endSurplus } from './end-surplus.ts';
import { holdsLease, makesWay, updateHeld } from './hold-lease.ts';
import type { Recycler } from './hold-lease.ts';
import { isSameReason } from './is-same-reason.ts';

/** Failures in a row after which people must look. */
const FAILURES_TO_BLOCK = 3;

/** Refusals and the like, which say nothing against the group's machines: the next plan tries again. */
const PASSING = new Set([
  'NoCapacity',
  'BudgetSpent',
  'NotRecyclable',
  'RolloutInProgress',
  'RolloutAborted',
  'LeaseLost',
  'DocumentConflict',
  'CloudUnavailable',
]);
/** Lambda lost the function, or it took too long: the same, said by Lambda and Step Functions. */
const LOST_FUNCTION = /^(?:States\.Timeout$|Lambda\.|Sandbox\.)/;

const isPassing = ({ reason }: Failure): boolean => PASSING.has(reason) || LOST_FUNCTION.test(reason);

/** Of these, what people should see of a group that is not replaced. */
const WORTH_SAYING = /^(NoCapacity|NotRecyclable)$/;

/** What was asked of the execution, and how it failed. */
export interface AbandonReplacementInput extends Recycler {
  readonly groupName: string;
  readonly error: string;
  readonly cause: string;
}

export interface AbandonReplacementDeps extends ApplySwitchDeps, EndMachinesDeps {
  readonly announce: Announce;
  readonly log: Logger;
}

/** How recycling fares after this failure; undefined where there is nothing to say of it. */
const stateAfter = (
  record: EnvironmentRecord,
  groupName: string,
  failure: Failure,
  now: string,
): RecyclingState | undefined => {
  const { reason, message } = failure;
  const { recycling } = record;
  const before = recycling?.groupName === groupName ? recycling : undefined;
  if (isPassing(failure)) {
    // That it made way is seen from the rollout that came.
    if (!WORTH_SAYING.test(reason) || makesWay(record)) return before;
    const said = before?.skipped;
    const skipped =
      said !== undefined && isSameReason(said.reason, message) ? said : { reason: message, at: now };
    return { groupName, failures: 0, ...before, skipped, triedAt: now };
  }
  const failures = (before?.failures ?? 0) + 1;
  return {
    ...before,
    groupName,
    failures,
    lastFailure: message,
    triedAt: now,
    ...(failures < FAILURES_TO_BLOCK ? {} : { blockedSince: before?.blockedSince ?? now }),
  };
};

const tell = async (
  { environment, app, groupName }: AbandonReplacementInput,
  failure: Failure,
  [before, state]: readonly [RecyclingState | undefined, RecyclingState | undefined],
  deps: AbandonReplacementDeps,
): Promise<void> => {
  const { reason, message } = failure;
  deps.log.warn('replacement abandoned', { environment, app, groupName, reason, failure: message });
  if (isPassing(failure)) {
    const skipped = state?.skipped;
    if (skipped !== undefined && skipped.at !== before?.skipped?.at)
      await deps.announce('recycling.skipped', { environment, app, groupName, reason: skipped.reason });
    return;
  }
  const failures = state?.failures ?? 0;
  const detail = { environment, app, groupName, failures, ...failure };
  await deps.announce('recycling.failed', detail);
  if (state?.blockedSince !== undefined) await deps.announce('recycling.blocked', detail);
};

/**
 * Ends what a replacement that failed launched, so that the machines it was to replace serve on, counts the failure, and gives
 * lease and budget back. After the third failure in a row the group is left alone until people clear it.
 * @throws GroupNotWholeError to be called again while the group would lack what it ends
 */
export const abandonReplacement = async (
  input: AbandonReplacementInput,
  deps: AbandonReplacementDeps,
): Promise<Failure> => {
  const { environment, app, groupName, executionArn } = input;
  const failure = readFailure(input.error, input.cause);
  const record = await readEnvironmentRecord(environment, app, deps);
  if (holdsLease(record, input)) {
    const left = await endSurplus(record, deps);
    const { capacity = 0 } = record.replacement ?? {};
    if (left > 0) throw new GroupNotWholeError(groupName, capacity - left, capacity);
    const now = deps.clock.now().toISOString();
    const { recycling } = await updateHeld(input, deps, (found) => {
      const state = stateAfter(found, groupName, failure, now);
      const rest = withoutLease(withoutRecycling(found), executionArn);
      return state === undefined ? rest : { ...rest, recycling: state };
    });
    await tell(input, failure, [record.recycling, recycling], deps);
  }
  await giveBudgetBack(environment, executionArn, deps);
  await applySwitch(app, environment, deps);
  return failure;
};
