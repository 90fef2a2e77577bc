import {
  AutoScalingServiceException,
  DetachLoadBalancerTargetGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { TargetsStillDrainingError } from '../errors.ts';
import { readTargetHealth } from '../traffic/target-group.ts';

export interface DrainGroupDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
}

interface Drained {
  /** As Auto Scaling just described it. */
  readonly group: AutoScalingGroup;
  readonly targetGroupArn: string;
}

const detach = async ({ group, targetGroupArn }: Drained, autoScaling: AutoScalingClient): Promise<void> => {
  if (group.TargetGroupARNs?.includes(targetGroupArn) !== true) return;
  try {
    await autoScaling.send(
      new DetachLoadBalancerTargetGroupsCommand({
        AutoScalingGroupName: group.AutoScalingGroupName,
        TargetGroupARNs: [targetGroupArn],
      }),
    );
  } catch (error) {
    // Being removed already, by an earlier attempt.
    if (!(error instanceof AutoScalingServiceException && error.name === 'ValidationError')) throw error;
  }
};

/**
 * Takes a group's machines out of the balancer and looks whether their last requests are done.
 * @throws TargetsStillDrainingError to be called again
 */
export const drainGroup = async (drained: Drained, deps: DrainGroupDeps): Promise<void> => {
  await detach(drained, deps.autoScaling);
  const targets = await readTargetHealth(drained.targetGroupArn, deps.balancing);
  if (targets.length > 0) throw new TargetsStillDrainingError(targets.length);
};
