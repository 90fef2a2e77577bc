import type { SFNClient } from '@aws-sdk/client-sfn';
import type { EnvironmentRecord } from '../model.ts';
import { isRunning } from '../rollout/is-running.ts';
import { activityOf } from '../rollout/lease.ts';
import type { FleetGroup } from './fleet.ts';

/** Whether somebody who still runs holds the app's lease. */
export const isLeased = async ({ lease }: EnvironmentRecord, states: SFNClient): Promise<boolean> =>
  lease !== undefined && (await isRunning(lease.executionArn, states));

/** Why nothing of the app may be replaced now, as its document says, for people; empty: it may. */
export const busyReason = async (
  record: EnvironmentRecord,
  states: SFNClient,
): Promise<Pick<FleetGroup, 'skip' | 'waits'>> => {
  const { off, recycling, current, lease, waiting } = record;
  if (off !== undefined) return { skip: 'it is switched off' };
  if (recycling?.blockedSince !== undefined && recycling.groupName === current?.groupName)
    return {
      skip: `blocked after ${recycling.failures} failures, last: ${recycling.lastFailure ?? 'unknown'}`,
    };
  if (lease !== undefined && (await isLeased(record, states)))
    return {
      skip: `busy with ${activityOf(lease)}`,
      ...(lease.trigger === 'recycling' && { waits: true }),
    };
  if (waiting !== undefined && (await isRunning(waiting.executionArn, states)))
    return { skip: `the rollout of '${waiting.releaseId}' waits` };
  return {};
};
