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

interface Capacity {
  /** By how much it is to be lowered. */
  readonly surplus: number;
  readonly desired: number;
}

/**
 * Ends machines and lowers the capacity, of `desired`, for `surplus` of them at most; a launch may not have raised it for the
 * others.
 */
const endCounted = async (
  { groupName, machines, reason }: Pick<EndingMachines, 'groupName' | 'machines' | 'reason'>,
  { surplus, desired }: Capacity,
  deps: EndMachinesDeps,
): Promise<Capacity> => {
  const counted = machines.slice(0, Math.max(0, surplus));
  const others = machines.slice(counted.length);
  const { length } = await endMachines({ groupName, machines: counted, reason, lowerFrom: desired }, deps);
  await endMachines({ groupName, machines: others, reason, lowerFrom: undefined }, deps);
  return { surplus: surplus - length, desired: desired - length };
};

/** Ends those of the machines that can go now. @returns how many are left because the group would lack them */
const endLaunched = async (
  launched: readonly InstanceInZone[],
  group: AutoScalingGroup,
  replacement: Replacement,
  capacity: Capacity,
  deps: EndMachinesDeps,
): Promise<number> => {
  const { groupName } = replacement;
  const bad = launched.filter(({ instanceId }) => !isHealthy(group, instanceId));
  const good = launched.filter((machine) => !bad.includes(machine));
  const spare = expendable(good, group, replacement);
  const rest = await endCounted({ groupName, machines: bad, reason: 'unhealthy' }, capacity, deps);
  await endCounted({ groupName, machines: spare, reason: 'capacity' }, rest, deps);
  return good.length - spare.length;
};

/**
 * Takes back what the group wants more than `wanted` and has not: no machine goes for it.
 * @returns how much of it the group has, so that it is not taken back
 */
const lowerCapacity = async (
  { AutoScalingGroupName, DesiredCapacity = 0, Instances = [] }: AutoScalingGroup,
  wanted: number,
  autoScaling: AutoScalingClient,
): Promise<number> => {
  if (DesiredCapacity <= wanted) return 0;
  if (Instances.filter(isCounted).length > wanted) return DesiredCapacity - wanted;
  await autoScaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: wanted, HonorCooldown: false }),
  );
  return 0;
};

/**
 * Ends what a replacement that goes no further launched; the machines that it was to replace serve on.
 * @returns how many are left: the group would lack them now, or came in the place of others that died
 */
export const endSurplus = async (
  record: Pick<EnvironmentRecord, 'replacement' | 'current' | 'launchRaises'>,
  deps: EndMachinesDeps,
): Promise<number> => {
  const { replacement, current } = record;
  if (replacement === undefined || replacement.groupName !== current?.groupName) return 0;
  const read = (): Promise<AutoScalingGroup | undefined> =>
    readMachineGroup(replacement.groupName, deps.autoScaling);
  const group = await read();
  if (group === undefined || group.Status !== undefined) return 0;
  const launched = await findLaunched(replacement, group, record, deps.ec2);
  const { DesiredCapacity: desired = 0 } = group;
  const mayBeRaised = wasRaised(replacement, group, record) !== false;
  const surplus = mayBeRaised ? desired - replacement.capacity : 0;
  const wanted = desired - Math.max(0, Math.min(surplus, raisedBy(replacement, group)));
  if (launched.length === 0) {
    await lowerCapacity(group, wanted, deps.autoScaling);
    return 0;
  }
  const left = await endLaunched(launched, group, replacement, { surplus, desired }, deps);
  if (left > 0) return left;
  // One that ended by itself at that very moment left the capacity as it was.
  const after = await read();
  return after === undefined ? 0 : lowerCapacity(after, wanted, deps.autoScaling);
};
