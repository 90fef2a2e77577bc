import type {
  AttachLoadBalancerTargetGroupsCommandInput,
  DescribeLoadBalancerTargetGroupsCommandInput,
  DescribeLoadBalancerTargetGroupsCommandOutput,
  DetachLoadBalancerTargetGroupsCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { checkTargetGroups } from './group-network.ts';
import { pageOf } from './pages.ts';
import type { InstanceRecord } from './records.ts';
import { findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';
import { deregisterInstance, targetStates } from './target-registration.ts';

type Nothing = Record<string, never>;

/** Attaches target groups; the instances in service are registered with them. */
export const attachLoadBalancerTargetGroups = async (
  scope: AutoScalingScope,
  input: AttachLoadBalancerTargetGroupsCommandInput,
): Promise<Nothing> => {
  findGroup(scope, input.AutoScalingGroupName);
  const added = await checkTargetGroups(scope, input.TargetGroupARNs);
  const group = findGroup(scope, input.AutoScalingGroupName);
  scope.records.changeGroup(group.name, {
    targetGroupArns: [...new Set([...group.targetGroupArns, ...added])],
  });
  scope.kick(group.name);
  return {};
};

/** Detaches target groups; the instances are deregistered and drain. */
export const detachLoadBalancerTargetGroups = async (
  scope: AutoScalingScope,
  input: DetachLoadBalancerTargetGroupsCommandInput,
): Promise<Nothing> => {
  const { records } = scope;
  const group = findGroup(scope, input.AutoScalingGroupName);
  const detached = new Set(input.TargetGroupARNs);
  records.changeGroup(group.name, {
    targetGroupArns: group.targetGroupArns.filter((arn) => !detached.has(arn)),
  });
  for (const instance of records.instances(group.name)) {
    const leaving = instance.registeredIn.filter((arn) => detached.has(arn));
    if (leaving.length === 0) continue;
    records.changeInstance(instance, {
      registeredIn: instance.registeredIn.filter((arn) => !detached.has(arn)),
    });
    await deregisterInstance(scope, instance, leaving);
  }
  return {};
};

const stateOf = async (
  scope: AutoScalingScope,
  arn: string,
  inService: readonly InstanceRecord[],
): Promise<string> => {
  if (inService.some(({ registeredIn }) => !registeredIn.includes(arn))) return 'Adding';
  const states = await targetStates(scope, arn);
  return inService.some(({ id }) => states.get(id ?? '') === 'healthy') ? 'InService' : 'Added';
};

/** Lists the attached target groups with their state: `Adding`, `Added`, then `InService` when a target is healthy. */
export const describeLoadBalancerTargetGroups = async (
  scope: AutoScalingScope,
  input: DescribeLoadBalancerTargetGroupsCommandInput,
): Promise<Omit<DescribeLoadBalancerTargetGroupsCommandOutput, '$metadata'>> => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  const inService = scope.records.instances(group.name).filter(({ state }) => state === 'InService');
  const { items, ...page } = pageOf(group.targetGroupArns, { MaxRecords: 100, ...input });
  const LoadBalancerTargetGroups = await Promise.all(
    items.map(async (arn) => ({
      LoadBalancerTargetGroupARN: arn,
      State: await stateOf(scope, arn, inService),
    })),
  );
  return { LoadBalancerTargetGroups, ...page };
};
