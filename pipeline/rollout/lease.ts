import type { SFNClient } from '@aws-sdk/client-sfn';
import {
  LeaseLostError,
  ReleaseSupersededError,
  RolloutAbortedError,
  RolloutInProgressError,
} from '../errors.ts';
import type { DropOrder, EnvironmentRecord, Lease } from '../model.ts';
import { isOlderDrop } from '../release/drop-order.ts';
import { updateEnvironment } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { isRunning } from './is-running.ts';
import { markRetiring } from './retiring.ts';

export interface LeaseDeps extends EnvironmentRecordDeps {
  readonly states: SFNClient;
}

/** Who asks for the lease; a drop stands in the queue, what a person asked for does not. */
export type LeaseRequest = Omit<Lease, 'since' | 'abort'>;

type Queued = Pick<EnvironmentRecord, 'waiting'>;

/** Whether it is recycling or chaos that holds the lease: what serves stays what it is. */
export const isDisruption = ({ trigger }: Pick<Lease, 'trigger'>): boolean =>
  trigger === 'recycling' || trigger === 'chaos';

/** What the holder of a lease does, for people. */
export const activityOf = ({ trigger, releaseId }: Pick<Lease, 'trigger' | 'releaseId'>): string => {
  if (isDisruption({ trigger })) return trigger;
  return trigger === 'flip' ? `the way back to '${releaseId}'` : `the rollout of '${releaseId}'`;
};

/** An owner whose execution no longer runs has lost the lease; what it left must still go. */
const withoutDeadOwner = async (
  record: EnvironmentRecord,
  me: string,
  states: SFNClient,
): Promise<EnvironmentRecord> => {
  const { lease, progress: _ended, ...rest } = record;
  if (lease === undefined || lease.executionArn === me) return record;
  if (await isRunning(lease.executionArn, states)) return record;
  // Neither made machines of its own that could go: what they change serves.
  return lease.trigger === 'flip' || isDisruption(lease) ? rest : markRetiring(rest, lease);
};

const withoutDeadWaiter = async (
  record: EnvironmentRecord,
  me: string,
  states: SFNClient,
): Promise<EnvironmentRecord> => {
  const { waiting, ...rest } = record;
  if (waiting === undefined || waiting.executionArn === me) return record;
  return (await isRunning(waiting.executionArn, states)) ? record : rest;
};

const holderOf = ({ lease, waiting }: EnvironmentRecord): string =>
  lease === undefined
    ? `the rollout of '${waiting?.releaseId ?? 'another release'}', which waits`
    : activityOf(lease);

/** @throws ReleaseSupersededError when a newer drop is under way or waits already */
const refuseOlder = (drop: DropOrder, record: EnvironmentRecord): void => {
  for (const other of [record.lease?.drop, record.waiting]) {
    if (other !== undefined && isOlderDrop(drop, other))
      throw new ReleaseSupersededError(drop.releaseId, other.releaseId);
  }
};

const queue = (
  { drop, executionArn }: LeaseRequest,
  record: EnvironmentRecord,
  since: string,
): Queued | undefined => {
  if (drop === undefined || record.waiting?.executionArn === executionArn) return undefined;
  return { waiting: { ...drop, executionArn, since } };
};

/** Recycling and chaos make way for whatever else wants the app, as soon as what they have under way is done. */
const askToYield = (lease: Lease, { executionArn, trigger }: LeaseRequest, at: string): Lease =>
  isDisruption(lease) && !isDisruption({ trigger }) && lease.abort === undefined
    ? { ...lease, abort: { by: executionArn, at } }
    : lease;

/**
 * Takes the right to change an app in an environment. While another execution holds it, the newest drop waits; an older
 * one that waits is superseded. Recycling and chaos go behind whoever waits, and are asked to make way. An owner whose
 * execution no longer runs has lost it, and what it left is noted.
 * @throws RolloutInProgressError to be called again, ReleaseSupersededError
 */
export const takeLease = async (
  environment: string,
  app: string,
  request: LeaseRequest,
  deps: LeaseDeps,
): Promise<EnvironmentRecord> => {
  const me = request.executionArn;
  const since = deps.clock.now().toISOString();
  const record = await updateEnvironment(environment, app, deps, async (found) => {
    const living = await withoutDeadWaiter(await withoutDeadOwner(found, me, deps.states), me, deps.states);
    if (living.lease?.executionArn === me) return undefined;
    if (request.drop !== undefined) refuseOlder(request.drop, living);
    if (living.lease !== undefined) {
      const queued = queue(request, living, since);
      const lease = askToYield(living.lease, request, since);
      const isSame = queued === undefined && lease === living.lease && living === found;
      return isSame ? undefined : { ...living, ...queued, lease };
    }
    const { waiting, ...rest } = living;
    if (waiting !== undefined && isDisruption(request)) return living === found ? undefined : living;
    // Whoever waits for a drop keeps its place when a person's wish comes in between.
    const others = waiting === undefined || waiting.executionArn === me || request.drop !== undefined;
    return { ...(others ? rest : living), lease: { ...request, since } };
  });
  if (record.lease?.executionArn !== me) throw new RolloutInProgressError(app, environment, holderOf(record));
  return record;
};

/** The record of an app whose machines are others than those that recycling was about. */
export const withoutRecycling = ({
  replacement: _replaced,
  recycling: _state,
  ...record
}: EnvironmentRecord): EnvironmentRecord => record;

/** The record without the lease and the place in the queue of this execution. */
export const withoutLease = (record: EnvironmentRecord, executionArn: string): EnvironmentRecord => {
  const { lease, progress, waiting, ...rest } = record;
  const mine = lease?.executionArn === executionArn;
  return {
    ...rest,
    ...(mine || lease === undefined ? {} : { lease }),
    ...(mine || progress === undefined ? {} : { progress }),
    ...(waiting === undefined || waiting.executionArn === executionArn ? {} : { waiting }),
  };
};

/** Gives the right back, if this execution still holds it, and its place in the queue. */
export const releaseLease = async (
  environment: string,
  app: string,
  executionArn: string,
  deps: EnvironmentRecordDeps,
): Promise<void> => {
  await updateEnvironment(environment, app, deps, (record) => {
    const holds = record.lease?.executionArn === executionArn;
    const waits = record.waiting?.executionArn === executionArn;
    return holds || waits ? withoutLease(record, executionArn) : undefined;
  });
};

/**
 * Checks right before a change that it is still this execution's to make and that nobody wants it undone.
 * @throws LeaseLostError, RolloutAbortedError
 */
export const checkLease = (
  record: EnvironmentRecord,
  { executionArn, releaseId }: Pick<Lease, 'executionArn' | 'releaseId'>,
): void => {
  const { lease, app, environment } = record;
  if (lease?.executionArn !== executionArn)
    throw new LeaseLostError(app, environment, lease === undefined ? 'nobody' : `'${lease.executionArn}'`);
  if (lease.abort !== undefined) throw new RolloutAbortedError(releaseId, lease.abort.by);
};
