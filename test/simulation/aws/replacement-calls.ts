import {
  LaunchInstancesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScalingError } from '#test/helpers/service-error';
import type { Account, Caller, Group, Machine } from './account.ts';
import type { Calls } from './calls.ts';
import { findGroup, setDesired } from './group-calls.ts';
import { launch, retire } from './machine-life.ts';
import { activeMachines, reconcileSoon } from './reconcile-group.ts';

const MOST_AT_ONCE = 100;

const launchMachines = (
  account: Account,
  group: Group,
  { AvailabilityZones, SubnetIds, RequestedCapacity = 0, ClientToken = '' }: LaunchInstancesCommand['input'],
  caller: Caller,
): object => {
  const zones = AvailabilityZones ?? (SubnetIds ?? []).map((subnet) => account.subnets.get(subnet) ?? '');
  const [zone, ...more] = zones;
  const isValid =
    zone !== undefined &&
    more.length === 0 &&
    group.zones.includes(zone) &&
    RequestedCapacity >= 1 &&
    RequestedCapacity <= MOST_AT_ONCE &&
    activeMachines(group).length + RequestedCapacity <= group.max;
  const answer = { AutoScalingGroupName: group.name, ClientToken };
  const made = group.launches.get(ClientToken);
  if (made === undefined && !isValid) throw autoScalingError('ValidationError');
  const describe = (machines: readonly Machine[]): object => ({
    ...answer,
    Instances: [
      {
        AvailabilityZone: zone,
        InstanceType: 't3.micro',
        InstanceIds: machines.map((one) => one.instanceId),
      },
    ],
    Errors: [],
  });
  if (made !== undefined) return describe(made);
  const refuse = (ErrorCode: string): object => ({
    ...answer,
    Instances: [],
    Errors: [{ AvailabilityZone: zone, ErrorCode, ErrorMessage: `${ErrorCode}, said EC2` }],
  });
  if (account.images.get(group.template.imageId)?.available !== true) return refuse('InvalidAMIID.NotFound');
  if (zone === undefined || account.zonesOut.has(zone)) return refuse('InsufficientInstanceCapacity');
  const machines = Array.from({ length: RequestedCapacity }, () => launch(account, group, zone, caller));
  if (ClientToken !== '') group.launches.set(ClientToken, machines);
  if (account.launchRaisesDesired) setDesired(account, group, group.desired + RequestedCapacity, caller);
  else reconcileSoon(account, group, 20_000);
  return describe(machines);
};

const terminate = (
  account: Account,
  input: TerminateInstanceInAutoScalingGroupCommand['input'],
  caller: Caller,
): object => {
  const ids = input.InstanceIds ?? (input.InstanceId === undefined ? [] : [input.InstanceId]);
  const machines = ids.map((id) => account.machines.get(id));
  const own = machines.filter(
    (machine) => machine !== undefined && machine.group.machines.has(machine.instanceId),
  );
  // One that the group no longer has fails the whole call.
  if (own.length === 0 || own.length < ids.length || ids.length > MOST_AT_ONCE)
    throw autoScalingError('ValidationError');
  for (const machine of own) {
    if (machine === undefined || machine.lifecycle === 'Terminating') continue;
    const { group } = machine;
    if (input.ShouldDecrementDesiredCapacity === true) {
      if (group.desired - 1 < group.min) throw autoScalingError('ValidationError');
      setDesired(account, group, group.desired - 1, caller);
    }
    retire(account, machine, caller);
    reconcileSoon(account, group);
  }
  return { Activities: ids.map((id) => ({ ActivityId: id, StatusCode: 'InProgress' })) };
};

/** Auto Scaling's calls that launch and end chosen machines of a group. */
export const answerReplacementCalls = (account: Account, calls: Calls): void => {
  calls.on(LaunchInstancesCommand, (input, caller) => {
    const group = findGroup(account, input.AutoScalingGroupName);
    if (group.deleting) throw autoScalingError('ValidationError');
    return launchMachines(account, group, input, caller);
  });
  calls.on(TerminateInstanceInAutoScalingGroupCommand, (input, caller) => terminate(account, input, caller));
};
