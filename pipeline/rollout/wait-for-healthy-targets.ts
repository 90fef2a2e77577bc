import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { poll } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { MachinesKeepFailingError, TargetsNotHealthyYetError } from '../errors.ts';
import type { Rollout } from '../model.ts';
import { readTargetHealth } from '../traffic/target-group.ts';

/** Failed launches or ended machines after which waiting longer makes no sense. */
const FAILURES_TO_GIVE_UP = 3;
/** A state's shortest retry interval is 1 s (States Language, `IntervalSeconds`); a machine boots in three. */
const LOOK_MILLISECONDS = 250;
const LOOKING_MILLISECONDS = 5000;

export interface WaitForHealthyTargetsDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
}

const checkFailures = async (groupName: string, autoScaling: AutoScalingClient): Promise<void> => {
  const { Activities = [] } = await autoScaling.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: groupName, MaxRecords: 50 }),
  );
  // In a group that only starts, a termination means that a machine ended or failed its health check.
  const failures = Activities.filter(
    (activity) =>
      activity.StatusCode === 'Failed' || activity.Description?.startsWith('Terminating') === true,
  );
  if (failures.length < FAILURES_TO_GIVE_UP) return;
  const [last] = failures;
  throw new MachinesKeepFailingError(
    groupName,
    `${failures.length} ended or did not start, last: ${last?.Cause ?? last?.StatusMessage ?? 'no reason given'}`,
  );
};

/**
 * Looks for five seconds whether every green target is healthy.
 * @throws TargetsNotHealthyYetError to be called again, MachinesKeepFailingError to give up
 */
export const waitForHealthyTargets = async (
  { rollout }: { readonly rollout: Rollout },
  deps: WaitForHealthyTargetsDeps,
): Promise<{ readonly healthy: number }> => {
  let healthy = 0;
  let states: readonly string[] = [];
  const interval = { intervalMilliseconds: LOOK_MILLISECONDS, timeoutMilliseconds: LOOKING_MILLISECONDS };
  const all = await poll(deps.clock, interval, async () => {
    const targets = await readTargetHealth(rollout.green.targetGroupArn, deps.balancing);
    states = targets.map((target) => target.TargetHealth?.State ?? 'unknown');
    healthy = states.filter((state) => state === 'healthy').length;
    return healthy >= rollout.machines && healthy === states.length ? true : undefined;
  });
  if (all === true) return { healthy };
  await checkFailures(rollout.green.groupName, deps.autoScaling);
  throw new TargetsNotHealthyYetError(healthy, rollout.machines, states.join(', ') || 'none registered');
};
