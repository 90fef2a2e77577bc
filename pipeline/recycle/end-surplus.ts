import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EnvironmentRecord, InstanceInZone, Replacement } from '../model.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { isCounted } from './describe-group.ts';
import { endMachines } from './end-machines.ts';
import type { EndingMachines, EndMachinesDeps } from './end-machines.ts';
import { findLaunched } from './find-launched.ts';
import { wasRaised } from './raise-mark.ts';
import { raisedBy } from './raised-by.ts';

const isHealthy = ({ Instances = [] }: AutoScalingGroup, id: string): boolean =>
  Instances.some(
    ({ InstanceId, LifecycleState, HealthStatus }) =>
      InstanceId === id && LifecycleState === 'InService' && HealthStatus === 'Healthy',
  );

/** Of the healthy machines, those that can go without the group having fewer healthy ones than it should. */
const expendable = (
  machines: readonly InstanceInZone[],
  group: AutoScalingGroup,
  { capacity }: Replacement,
): readonly InstanceInZone[] => {
  const healthy = (group.Instances ?? []).filter(({ InstanceId = '' }) => isHealthy(group, InstanceId));
  return machines.slice(0, Math.max(0, healthy.length - capacity));
};

/**
 * Ends machines and lowers the capacity for `wanted` of them at most; a launch may not have raised it for the others.
 * @returns for how many it was lowered
 */
const endCounted = async (
  groupName: string,
  { machines, reason }: Pick<EndingMachines, 'machines' | 'reason'>,
  wanted: number,
  deps: EndMachinesDeps,
): Promise<number> => {
  const counted = machines.slice(0, Math.max(0, wanted));
  const others = machines.slice(counted.length);
  await endMachines({ groupName, machines: counted, reason, decrement: true }, deps);
  await endMachines({ groupName, machines: others, reason, decrement: false }, deps);
  return counted.length;
};

/** Takes back what the group wants more than it should and has not: no machine goes for it. */
const lowerCapacity = async (
  replacement: Replacement,
  group: AutoScalingGroup,
  ended: number,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  const { groupName, capacity } = replacement;
  const { DesiredCapacity = 0, Instances = [] } = group;
  const surplus = Math.min(DesiredCapacity - capacity, raisedBy(replacement, group));
  const wanted = DesiredCapacity - surplus;
  if (surplus <= ended || Instances.filter(isCounted).length - ended > wanted) return;
  await autoScaling.send(
    new SetDesiredCapacityCommand({
      AutoScalingGroupName: groupName,
      DesiredCapacity: wanted,
      HonorCooldown: false,
    }),
  );
};

/**
 * Ends what a replacement that goes no further launched; the machines that it was to replace serve on.
 * @returns how many are left because the group would lack them now
 */
export const endSurplus = async (
  record: Pick<EnvironmentRecord, 'replacement' | 'current' | 'launchRaises'>,
  deps: EndMachinesDeps,
): Promise<number> => {
  const { replacement, current } = record;
  if (replacement === undefined || replacement.groupName !== current?.groupName) return 0;
  const { groupName } = replacement;
  const group = await readMachineGroup(groupName, deps.autoScaling);
  if (group === undefined || group.Status !== undefined) return 0;
  const launched = await findLaunched(replacement, group, record, deps.ec2);
  const bad = launched.filter(({ instanceId }) => !isHealthy(group, instanceId));
  const good = launched.filter((machine) => !bad.includes(machine));
  const spare = expendable(good, group, replacement);
  const mayBeRaised = wasRaised(replacement, group, record) !== false;
  const wanted = mayBeRaised ? (group.DesiredCapacity ?? 0) - replacement.capacity : 0;
  const counted = await endCounted(groupName, { machines: bad, reason: 'unhealthy' }, wanted, deps);
  await endCounted(groupName, { machines: spare, reason: 'capacity' }, wanted - counted, deps);
  const left = good.length - spare.length;
  if (left === 0 && mayBeRaised) await lowerCapacity(replacement, group, launched.length, deps.autoScaling);
  return left;
};
