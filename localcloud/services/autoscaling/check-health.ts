import type { GroupRecord, InstanceRecord } from './records.ts';
import type { AutoScalingScope } from './scope.ts';
import { targetStates } from './target-registration.ts';
import { beginTermination } from './terminate-instances.ts';

const inGrace = (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
  resumedAt: number,
): boolean =>
  scope.context.clock.now() < Math.max(instance.inServiceAt ?? 0, resumedAt) + group.graceSeconds * 1_000;

/** With a maintenance policy that keeps 100 % healthy and allows more, the replacement comes first. */
const launchesFirst = ({ maintenancePolicy: policy }: GroupRecord): boolean =>
  (policy?.MinHealthyPercentage ?? -1) === 100 && (policy?.MaxHealthyPercentage ?? -1) > 100;

const replace = (scope: AutoScalingScope, group: GroupRecord, instance: InstanceRecord, by: string): void => {
  const { records } = scope;
  const serving = records
    .instances(group.name)
    .filter(({ state, healthy, replacing }) => state === 'InService' && healthy && replacing !== true);
  if (!launchesFirst(group) || serving.length >= group.desired) beginTermination(scope, group, instance, by);
  else if (instance.replacing !== true) records.changeInstance(instance, { healthy: false, replacing: true });
};

/**
 * Replaces the instances in service that the load balancer or a user finds unhealthy, after their grace period.
 * `resumedAt`: when this process began to look after groups, since when health is known.
 */
export const checkHealth = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  inService: readonly InstanceRecord[],
  resumedAt: number,
): Promise<void> => {
  if (group.suspended.includes('HealthCheck')) return;
  const states =
    group.healthCheckType === 'ELB'
      ? await Promise.all(group.targetGroupArns.map((arn) => targetStates(scope, arn)))
      : [];
  for (const instance of inService) {
    const fails = states.some((ofGroup) => ofGroup.get(instance.id ?? '') === 'unhealthy');
    if (instance.healthy && (!fails || inGrace(scope, group, instance, resumedAt))) continue;
    if (instance.healthy) scope.records.changeInstance(instance, { healthy: false, failedCheck: true });
    if (group.suspended.includes('ReplaceUnhealthy')) continue;
    const failed = instance.healthy || instance.failedCheck === true;
    replace(scope, group, instance, failed ? 'an ELB system health check failure.' : 'a user health-check.');
  }
};
