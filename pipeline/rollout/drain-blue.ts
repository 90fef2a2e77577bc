import {
  AutoScalingServiceException,
  DetachLoadBalancerTargetGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { TargetsStillDrainingError } from '../errors.ts';
import type { Deployment, Rollout } from '../model.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import { readMachineGroup } from './machine-group.ts';

export interface DrainBlueDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
}

const detach = async (blue: Deployment, autoScaling: AutoScalingClient): Promise<void> => {
  const group = await readMachineGroup(blue.groupName, autoScaling);
  if (group?.TargetGroupARNs?.includes(blue.targetGroupArn) !== true) return;
  try {
    await autoScaling.send(
      new DetachLoadBalancerTargetGroupsCommand({
        AutoScalingGroupName: blue.groupName,
        TargetGroupARNs: [blue.targetGroupArn],
      }),
    );
  } catch (error) {
    // Being removed already, by this state's earlier attempt.
    if (!(error instanceof AutoScalingServiceException && error.name === 'ValidationError')) throw error;
  }
};

/**
 * Takes blue's machines out of the balancer and looks whether their last requests are done.
 * @throws TargetsStillDrainingError to be called again
 */
export const drainBlue = async (
  { rollout }: { readonly rollout: Rollout },
  deps: DrainBlueDeps,
): Promise<{ readonly drained: boolean }> => {
  const { blue } = rollout;
  if (blue === undefined) return { drained: false };
  await detach(blue, deps.autoScaling);
  const targets = await readTargetHealth(blue.targetGroupArn, deps.balancing);
  if (targets.length > 0) throw new TargetsStillDrainingError(targets.length);
  return { drained: true };
};
