import type { AutoScalingClient, AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Deployment, InstanceInZone } from '../model.ts';
import { groupProblem, inZone } from '../recycle/describe-group.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { readTargetHealth } from '../traffic/target-group.ts';

export interface ServingGroupDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
}

/** A group that serves, as Auto Scaling and the balancer see it. */
export interface ServingGroup {
  readonly groupName: string;
  readonly desired: number;
  /** In service and healthy for both. */
  readonly healthy: readonly InstanceInZone[];
  /** Those of them that nobody protected from being taken. */
  readonly eligible: readonly InstanceInZone[];
  /** All that are wanted are healthy, and none comes or goes. */
  readonly whole: boolean;
  /** Why Auto Scaling would not make up for a machine that is lost, for people; absent: it would. */
  readonly problem?: string;
}

/** Somebody looks at it; it does not serve and is missed by nobody. */
const isStandby = ({ LifecycleState }: Instance): boolean =>
  LifecycleState === 'Standby' || LifecycleState === 'EnteringStandby';

/** Besides what replacing needs: without it a machine that is lost is not found missing. */
const MENDS = 'ReplaceUnhealthy';

const problemOf = (group: AutoScalingGroup): { readonly problem?: string } => {
  const suspended = group.SuspendedProcesses?.some(({ ProcessName }) => ProcessName === MENDS);
  const problem = suspended === true ? `its group's process '${MENDS}' is suspended` : groupProblem(group);
  return problem === undefined ? {} : { problem };
};

const describe = (group: AutoScalingGroup, healthyTargets: ReadonlySet<string>): ServingGroup => {
  const { Instances = [], DesiredCapacity: desired = 0, AutoScalingGroupName: groupName = '' } = group;
  const counted = Instances.filter((instance) => !isStandby(instance));
  const healthy = counted.filter(
    ({ InstanceId = '', LifecycleState, HealthStatus }) =>
      LifecycleState === 'InService' && HealthStatus === 'Healthy' && healthyTargets.has(InstanceId),
  );
  return {
    groupName,
    desired,
    healthy: healthy.map(inZone),
    eligible: healthy.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn !== true).map(inZone),
    whole: healthy.length >= desired && healthy.length === counted.length,
    ...problemOf(group),
  };
};

/** Reads the group; undefined when it is gone. */
export const readServingGroup = async (
  { groupName, targetGroupArn }: Pick<Deployment, 'groupName' | 'targetGroupArn'>,
  deps: ServingGroupDeps,
): Promise<ServingGroup | undefined> => {
  const [group, targets] = await Promise.all([
    readMachineGroup(groupName, deps.autoScaling),
    readTargetHealth(targetGroupArn, deps.balancing),
  ]);
  if (group === undefined) return undefined;
  const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
  return describe(group, new Set(healthy.map(({ Target }) => Target?.Id ?? '')));
};
