import type { SFNClient } from '@aws-sdk/client-sfn';
import type { DeploymentKey, EnvironmentRecord } from '../model.ts';
import { digestOf } from '../names.ts';
import { isRunning } from '../rollout/is-running.ts';
import { isDisruption } from '../rollout/lease.ts';
import type { Retirement } from '../rollout/retire-deployment.ts';

/** Whoever stopped a rollout may look at what it left, or begin it anew. */
const LEFT_ALONE_MILLISECONDS = 60 * 60_000;
/** Of one plan; what is left comes with the next. */
const MOST_RETIREMENTS = 50;
/** What is left goes at once, however wrong the planner's clock is. */
const AT_ONCE = '1970-01-01T00:00:00.000Z';

/** A retirement that the plan hands to an execution of its own. */
export interface RetirementOrder extends Retirement {
  /** Of its execution: the same within an hour, so that each is tried so often. */
  readonly name: string;
}

const orderOf = (
  { app, environment }: EnvironmentRecord,
  { releaseId, configurationDigest }: DeploymentKey,
  now: Date,
): RetirementOrder => {
  const digest = digestOf([environment, app, releaseId, configurationDigest], 16);
  const hour = now.toISOString().slice(0, 13).replace(/[-:]/g, '');
  const deployment = { releaseId, configurationDigest };
  return { name: `leftover-${hour}-${digest}`, app, environment, deployment, at: AT_ONCE };
};

/** What a rollout that was killed made. It must not go where it may be all that serves. */
const leftBy = async (
  { lease, current, retiring = [] }: EnvironmentRecord,
  now: Date,
  states: SFNClient,
): Promise<readonly DeploymentKey[]> => {
  if (current === undefined) return [];
  if (lease === undefined) return retiring;
  if (lease.trigger === 'flip' || isDisruption(lease)) return [];
  if (now.getTime() - Date.parse(lease.since) < LEFT_ALONE_MILLISECONDS) return [];
  return (await isRunning(lease.executionArn, states)) ? [] : [...retiring, lease];
};

/**
 * The machines that rollouts left which were killed, and those that were to go and whose retirement failed: without another
 * rollout of the app nobody would remove them, and Auto Scaling would launch them again for ever.
 */
export const leftByRollouts = async (
  records: readonly EnvironmentRecord[],
  now: Date,
  states: SFNClient,
): Promise<readonly RetirementOrder[]> => {
  const orders: RetirementOrder[] = [];
  for (const record of records) {
    const keys = await leftBy(record, now, states);
    orders.push(...keys.map((key) => orderOf(record, key, now)));
  }
  return orders.slice(0, MOST_RETIREMENTS);
};
