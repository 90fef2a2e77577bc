import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { EnvironmentRecord, InstanceId, InstanceInZone } from '../model.ts';
import type { FleetGroup, FleetMachine } from './fleet.ts';
import type { LaunchedMachines } from './read-launch-times.ts';

/** Without these a group neither launches nor ends machines, or leaves new ones out of the balancer. */
const NEEDED_PROCESSES = ['Launch', 'Terminate', 'AddToLoadBalancer', 'HealthCheck'];

/** The machine with its zone. */
export const inZone = ({ InstanceId = 'i-', AvailabilityZone = '' }: Instance): InstanceInZone => ({
  instanceId: InstanceId as InstanceId,
  zone: AvailabilityZone,
});

/** Whether it comes or serves, not whether it goes. */
export const isStaying = ({ LifecycleState }: Instance): boolean =>
  LifecycleState?.startsWith('Terminat') !== true;

/** Whether Auto Scaling counts it for the desired capacity: not one that goes, nor one that somebody put aside. */
export const isCounted = (instance: Instance): boolean =>
  isStaying(instance) && instance.LifecycleState?.endsWith('Standby') !== true;

/** Why Auto Scaling would not replace the group's machines as it should; undefined: it would. */
export const groupProblem = (group: AutoScalingGroup | undefined): string | undefined => {
  if (group === undefined) return 'its group is gone';
  if (group.Status !== undefined) return `its group is '${group.Status}'`;
  const suspended = (group.SuspendedProcesses ?? []).find(
    ({ ProcessName = '' }) => ProcessName === 'All' || NEEDED_PROCESSES.includes(ProcessName),
  );
  return suspended === undefined ? undefined : `its group's process '${suspended.ProcessName}' is suspended`;
};

/** All of one shape: a plan looks at each of a million machines many times. */
const toMachine = (instance: Instance, launched: LaunchedMachines): FleetMachine => {
  const { instanceId, zone } = inZone(instance);
  const known = launched.get(instanceId);
  return {
    instanceId,
    zone,
    launchedAt: known?.launchedAt,
    keptUntilSeconds: known?.keptUntilSeconds,
    keptInDoubt: known?.keptInDoubt,
    state: instance.LifecycleState ?? 'unknown',
    healthy: instance.HealthStatus === 'Healthy',
    protected: instance.ProtectedFromScaleIn === true,
  };
};

/** The group as the planner sees it; `group` is undefined when it is gone. */
export const toFleetGroup = (
  { environment, app, current }: Pick<EnvironmentRecord, 'environment' | 'app' | 'current'>,
  group: AutoScalingGroup | undefined,
  launched: LaunchedMachines,
  more: Pick<FleetGroup, 'bootSeconds' | 'skip' | 'waits' | 'triedInVainAt'>,
): FleetGroup => ({
  environment,
  app,
  groupName: current?.groupName ?? '',
  releaseId: current?.releaseId ?? '',
  desired: group?.DesiredCapacity ?? 0,
  max: group?.MaxSize ?? 0,
  zones: group?.AvailabilityZones ?? [],
  ...(current?.deadManSeconds === undefined ? {} : { deadManSeconds: current.deadManSeconds }),
  machines: (group?.Instances ?? []).map((instance) => toMachine(instance, launched)),
  ...more,
});
