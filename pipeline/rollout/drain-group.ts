import {
  AutoScalingServiceException,
  DetachLoadBalancerTargetGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { TargetsStillDrainingError } from '../errors.ts';
import type { Deployment } from '../model.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import { readMachineGroup } from './machine-group.ts';

export interface DrainGroupDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
}

type Drained = Pick<Deployment, 'groupName' | 'targetGroupArn'>;

const detach = async (
  { groupName, targetGroupArn }: Drained,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  const group = await readMachineGroup(groupName, autoScaling);
  if (group?.TargetGroupARNs?.includes(targetGroupArn) !== true) return;
  try {
    await autoScaling.send(
      new DetachLoadBalancerTargetGroupsCommand({
        AutoScalingGroupName: groupName,
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
export const drainGroup = async (group: Drained, deps: DrainGroupDeps): Promise<void> => {
  await detach(group, deps.autoScaling);
  const targets = await readTargetHealth(group.targetGroupArn, deps.balancing);
  if (targets.length > 0) throw new TargetsStillDrainingError(targets.length);
};
