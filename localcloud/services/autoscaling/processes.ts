import type { ResumeProcessesCommandInput, SuspendProcessesCommandInput } from '@aws-sdk/client-auto-scaling';
import { validationError } from './errors.ts';
import { findGroup } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

type Nothing = Record<string, never>;

const PROCESSES = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
];

const wanted = (names: readonly string[] | undefined): readonly string[] => {
  if (names === undefined || names.length === 0) return PROCESSES;
  const unknown = names.find((name) => !PROCESSES.includes(name));
  if (unknown !== undefined) throw validationError(`Unrecognized ScalingProcessType: ${unknown}`);
  return names;
};

/** Keeps the group from doing some things, or all when none is named. */
export const suspendProcesses = (scope: AutoScalingScope, input: SuspendProcessesCommandInput): Nothing => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  scope.records.changeGroup(group.name, {
    suspended: [...new Set([...group.suspended, ...wanted(input.ScalingProcesses)])],
  });
  return {};
};

/** Lets the group do them again. */
export const resumeProcesses = (scope: AutoScalingScope, input: ResumeProcessesCommandInput): Nothing => {
  const group = findGroup(scope, input.AutoScalingGroupName);
  const resumed = new Set(wanted(input.ScalingProcesses));
  scope.records.changeGroup(group.name, { suspended: group.suspended.filter((name) => !resumed.has(name)) });
  scope.kick(group.name);
  return {};
};
