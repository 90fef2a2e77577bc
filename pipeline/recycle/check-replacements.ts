import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { TargetsNotHealthyYetError, WrongImageError } from '../errors.ts';
import { NotRecyclableError } from '../disruption/errors.ts';
import type { Deployment, InstanceInZone } from '../model.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import type { LaunchedMachines } from './read-launch-times.ts';
import type { ReplacementBatch } from './replacement-order.ts';

/** What was seen so lately need not be asked for again. */
const FRESH_MILLISECONDS = 3000;

/**
 * The targets that are healthy; undefined where all replacements were seen healthy a moment ago, and none of them is to go
 * itself.
 */
const readHealthy = async (
  retiring: readonly InstanceInZone[],
  { healthyAt = '', retire }: ReplacementBatch,
  { targetGroupArn }: Deployment,
  { balancing, clock }: { readonly balancing: ElasticLoadBalancingV2Client; readonly clock: Clock },
): Promise<ReadonlySet<string> | undefined> => {
  const old = new Set<string>(retire.map(({ instanceId }) => instanceId));
  const isFresh = clock.now().getTime() - Date.parse(healthyAt) < FRESH_MILLISECONDS;
  if (isFresh && retiring.every(({ instanceId }) => old.has(instanceId))) return undefined;
  const targets = await readTargetHealth(targetGroupArn, balancing);
  const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
  return new Set(healthy.map(({ Target }) => Target?.Id ?? ''));
};

/**
 * Checks right before machines end that the group keeps as many healthy ones without them as it should have (I1).
 * @throws TargetsNotHealthyYetError to be called again
 */
export const checkCapacityWithout = async (
  retiring: readonly InstanceInZone[],
  batch: ReplacementBatch,
  group: AutoScalingGroup,
  current: Deployment,
  deps: { readonly balancing: ElasticLoadBalancingV2Client; readonly clock: Clock },
): Promise<void> => {
  const targets = await readHealthy(retiring, batch, current, deps);
  const serving = (group.Instances ?? []).filter(
    ({ InstanceId = '', LifecycleState, HealthStatus }) =>
      LifecycleState === 'InService' && HealthStatus === 'Healthy' && targets?.has(InstanceId) !== false,
  );
  const ids = new Set(serving.map(({ InstanceId = '' }) => InstanceId));
  const missing = batch.launched.filter(({ instanceId }) => !ids.has(instanceId));
  for (const { instanceId } of retiring) ids.delete(instanceId);
  // A machine that Auto Scaling has in service need not be a healthy target yet.
  const healthy = targets === undefined ? Math.min(ids.size, batch.healthyTargets ?? 0) : ids.size;
  const needed = (group.DesiredCapacity ?? 0) - retiring.length;
  if (missing.length === 0 && healthy >= needed) return;
  const lacking = missing.map(({ instanceId }) => `${instanceId} is not`).join(', ');
  throw new TargetsNotHealthyYetError(healthy, needed, lacking === '' ? 'without those that go' : lacking);
};

/**
 * Whatever the launch template says now, the replacements must be the release that serves.
 * @throws WrongImageError, TargetsNotHealthyYetError to be called again while EC2 does not show one
 */
export const checkImages = (
  { groupName, launched }: ReplacementBatch,
  { imageId }: Deployment,
  machines: LaunchedMachines,
): void => {
  for (const { instanceId } of launched) {
    const found = machines.get(instanceId)?.imageId;
    if (found === undefined)
      throw new TargetsNotHealthyYetError(launched.length - 1, launched.length, `EC2 has no '${instanceId}'`);
    if (found !== imageId) throw new WrongImageError(groupName, found, imageId);
  }
};

/** Somebody who protected a machine or put it aside since it was chosen wants to keep it. @throws NotRecyclableError */
export const checkUntouched = (
  retiring: readonly InstanceInZone[],
  { app, environment }: ReplacementBatch,
  { Instances = [] }: AutoScalingGroup,
): void => {
  const byId = new Map(Instances.map((instance) => [instance.InstanceId, instance]));
  for (const { instanceId } of retiring) {
    const { LifecycleState, ProtectedFromScaleIn } = byId.get(instanceId) ?? {};
    const reason =
      ProtectedFromScaleIn === true
        ? 'was protected'
        : LifecycleState === 'InService'
          ? undefined
          : `is ${LifecycleState ?? 'gone'}`;
    if (reason !== undefined)
      throw new NotRecyclableError(app, environment, `'${instanceId}' ${reason} meanwhile`);
  }
};
