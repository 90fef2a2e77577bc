import type { SFNClient } from '@aws-sdk/client-sfn';
import type { DeploymentKey, EnvironmentRecord } from '../model.ts';
import { digestOf } from '../names.ts';
import { keyOf } from '../rollout/configuration.ts';
import { isRunning } from '../rollout/is-running.ts';
import { isDisruption } from '../rollout/lease.ts';
import type { Retirement } from '../rollout/retire-deployment.ts';

/** Whoever stopped a rollout may look at what it left, or begin it anew. */
const LEFT_ALONE_MILLISECONDS = 60 * 60_000;
/** Of one plan; what is left comes with the next. */
const MOST_RETIREMENTS = 50;
/** What is to go goes at once, however wrong the planner's clock is. */
const AT_ONCE = '1970-01-01T00:00:00.000Z';

/** A retirement that the plan hands to an execution of its own. */
export interface RetirementOrder extends Retirement {
  /** Of its execution: the same within an hour, so that each is tried so often. */
  readonly name: string;
}

/** Machines that must go, and when. */
type Left = Pick<Retirement, 'deployment' | 'at'>;

const orderOf = (
  { app, environment }: EnvironmentRecord,
  { deployment, at }: Left,
  now: Date,
): RetirementOrder => {
  const { releaseId, configurationDigest } = deployment;
  const digest = digestOf([environment, app, releaseId, configurationDigest], 16);
  const hour = now.toISOString().slice(0, 13).replace(/[-:]/g, '');
  return {
    name: `leftover-${hour}-${digest}`,
    app,
    environment,
    deployment: { releaseId, configurationDigest },
    at,
  };
};

const atOnce = (deployment: DeploymentKey): Left => ({ deployment, at: AT_ONCE });

const isLongAgo = (then: string, now: Date): boolean =>
  now.getTime() - Date.parse(then) >= LEFT_ALONE_MILLISECONDS;

/** Machines that were to go when they had been warm for long enough; whoever was to see to that was stopped. */
const leftWarm = ({ warm }: EnvironmentRecord, now: Date): readonly Left[] =>
  warm !== undefined && isLongAgo(warm.until, now)
    ? [{ deployment: keyOf(warm.deployment), at: warm.until }]
    : [];

/** Whether a rollout may have left something. It must not go where it may be all that serves. */
const mayBeLeft = (record: EnvironmentRecord, now: Date): boolean => {
  const { lease, current, retiring = [] } = record;
  if (current === undefined) return false;
  if (lease === undefined) return retiring.length > 0 || leftWarm(record, now).length > 0;
  if (lease.trigger === 'flip' || isDisruption(lease)) return false;
  return isLongAgo(lease.since, now);
};

/** What is to go, and what a rollout that was killed made. */
const leftBy = async (record: EnvironmentRecord, now: Date, states: SFNClient): Promise<readonly Left[]> => {
  const { lease, retiring = [] } = record;
  const left = [...retiring.map(atOnce), ...leftWarm(record, now)];
  if (lease === undefined) return left;
  return (await isRunning(lease.executionArn, states)) ? [] : [...left, atOnce(lease)];
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
    if (!mayBeLeft(record, now)) continue;
    const left = await leftBy(record, now, states);
    orders.push(...left.map((each) => orderOf(record, each, now)));
  }
  return orders.slice(0, MOST_RETIREMENTS);
};
