import type {
  InstanceStateChange,
  RebootInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import type { Ec2Deps } from './deps.ts';
import { findInstances } from './describe-instances.ts';
import { incorrectInstanceState, terminationProtected } from './errors.ts';
import { changeState, REASONS, STATE_CODES } from './instance-state.ts';
import type { InstanceRecord } from './records.ts';

const stateOf = ({ state }: InstanceRecord): { Code: number; Name: InstanceRecord['state'] } => ({
  Code: STATE_CODES[state],
  Name: state,
});

const changeOf = (before: InstanceRecord, deps: Ec2Deps): InstanceStateChange => ({
  InstanceId: before.instanceId,
  PreviousState: stateOf(before),
  CurrentState: stateOf(deps.instances.get(before.instanceId) ?? before),
});

/**
 * Terminates instances: the guest's power button first, then the plug; only the plug when the shutdown of its operating system
 * is skipped (EC2 User Guide, "Methods for terminating an instance"). None when one is protected.
 */
export const terminateInstances = (
  input: TerminateInstancesRequest,
  deps: Ec2Deps,
): TerminateInstancesResult => {
  const records = findInstances(deps, input.InstanceIds ?? []);
  for (const { instanceId, disableApiTermination, state } of records) {
    if (disableApiTermination && state !== 'terminated') throw terminationProtected(instanceId);
  }
  for (const { instanceId, state } of records) {
    if (state === 'terminated' || state === 'shutting-down') continue;
    changeState(deps, instanceId, 'shutting-down', REASONS.userTerminated);
    deps.machines.shutDown(instanceId, 'terminated', input.SkipOsShutdown);
  }
  return { TerminatingInstances: records.map((record) => changeOf(record, deps)) };
};

/** Stops instances, as `terminateInstances` does; their disks stay. */
export const stopInstances = (input: StopInstancesRequest, deps: Ec2Deps): StopInstancesResult => {
  const records = findInstances(deps, input.InstanceIds ?? []);
  for (const { instanceId, state } of records) {
    if (state === 'pending' || state === 'shutting-down' || state === 'terminated') {
      throw incorrectInstanceState(instanceId, 'stopped');
    }
  }
  for (const { instanceId, state } of records) {
    if (state !== 'running') continue;
    changeState(deps, instanceId, 'stopping', REASONS.userTerminated);
    deps.machines.shutDown(instanceId, 'stopped', input.SkipOsShutdown);
  }
  return { StoppingInstances: records.map((record) => changeOf(record, deps)) };
};

/** Starts stopped instances again, with the disks they had. */
export const startInstances = (input: StartInstancesRequest, deps: Ec2Deps): StartInstancesResult => {
  const records = findInstances(deps, input.InstanceIds ?? []);
  for (const { instanceId, state } of records) {
    if (state !== 'stopped' && state !== 'running' && state !== 'pending') {
      throw incorrectInstanceState(instanceId, 'started');
    }
  }
  for (const record of records) {
    if (record.state !== 'stopped') continue;
    const { stateReason: _, ...rest } = record;
    deps.instances.put(record.instanceId, { ...rest, launchedAt: deps.context.clock.now() });
    changeState(deps, record.instanceId, 'pending');
    deps.machines.boot(record.instanceId, 'direct');
  }
  return { StartingInstances: records.map((record) => changeOf(record, deps)) };
};

/** Reboots running instances; they stay `running`. */
export const rebootInstances = (input: RebootInstancesRequest, deps: Ec2Deps): Record<string, never> => {
  const records = findInstances(deps, input.InstanceIds ?? []);
  for (const { instanceId, state } of records) {
    if (state !== 'running') throw incorrectInstanceState(instanceId, 'rebooted');
  }
  for (const { instanceId } of records) deps.machines.reboot(instanceId);
  return {};
};
