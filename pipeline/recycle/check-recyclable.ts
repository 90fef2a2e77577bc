import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { holdReason } from '../disruption/hold-reason.ts';
import type { HoldReasonDeps } from '../disruption/hold-reason.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import { NotRecyclableError } from '../disruption/errors.ts';
import type { Deployment, EnvironmentRecord, InstanceInZone } from '../model.ts';
import { groupProblem, inZone, isStaying } from './describe-group.ts';
import { makesWay } from './hold-lease.ts';

const recordReason = (
  { recycling, off, ...record }: EnvironmentRecord,
  groupName: string,
): string | undefined => {
  const { current } = record;
  if (current?.groupName !== groupName) return 'other machines serve now';
  if (off !== undefined) return 'it is switched off';
  if (recycling?.blockedSince !== undefined && recycling.groupName === groupName)
    return `blocked since ${recycling.blockedSince}`;
  return makesWay(record) ? 'a rollout waits' : undefined;
};

/** Checks at the last moment that the group still is what was planned and may be disrupted. @throws NotRecyclableError */
export const checkRecyclable = async (
  record: EnvironmentRecord,
  groupName: string,
  environment: DeployedEnvironment,
  deps: HoldReasonDeps,
): Promise<Deployment> => {
  const reason = recordReason(record, groupName) ?? (await holdReason(environment, deps));
  if (reason !== undefined || record.current === undefined)
    throw new NotRecyclableError(record.app, record.environment, reason ?? 'nothing serves');
  return record.current;
};

/** Why the group is not fit to have machines replaced, beyond what its document says; undefined: it is. */
const notWhole = ({ DesiredCapacity = 0, Instances = [] }: AutoScalingGroup): string | undefined => {
  const serving = Instances.filter(({ LifecycleState }) => LifecycleState === 'InService');
  const healthy = serving.filter(({ HealthStatus }) => HealthStatus === 'Healthy').length;
  return healthy === serving.length && healthy >= DesiredCapacity
    ? undefined
    : `${healthy} of ${DesiredCapacity} machines are in service and healthy`;
};

/** Those of the machines that are in service and not protected, where they are now. */
export const readyOf = (
  machines: readonly InstanceInZone[],
  { Instances = [] }: AutoScalingGroup,
): readonly InstanceInZone[] => {
  const ready = new Map(
    Instances.filter(
      ({ LifecycleState, ProtectedFromScaleIn }) =>
        LifecycleState === 'InService' && ProtectedFromScaleIn !== true,
    ).map((instance) => [inZone(instance).instanceId, inZone(instance)]),
  );
  return machines.flatMap(({ instanceId }) => ready.get(instanceId) ?? []);
};

/**
 * Those of the planned machines that may be replaced now: still there, in service and not protected, and no more than the
 * group has room for. @throws NotRecyclableError when none is left
 */
export const choosePlanned = (
  { app, environment }: Pick<EnvironmentRecord, 'app' | 'environment'>,
  planned: readonly InstanceInZone[],
  group: AutoScalingGroup,
): readonly InstanceInZone[] => {
  const { DesiredCapacity = 0, MaxSize = 0 } = group;
  const chosen = readyOf(planned, group);
  const room = MaxSize - DesiredCapacity;
  const reason =
    notWhole(group) ??
    (room <= 0
      ? `there is no room for a replacement: it has ${DesiredCapacity} machines and its maximum is ${MaxSize}`
      : undefined) ??
    (chosen.length === 0 ? 'its machines are gone, protected or not in service' : undefined);
  if (reason !== undefined) throw new NotRecyclableError(app, environment, reason);
  return chosen.slice(0, room);
};

/** Those of the machines that are still in the group and are not on their way out. */
export const stillThere = (
  machines: readonly InstanceInZone[],
  { Instances = [] }: AutoScalingGroup,
): readonly InstanceInZone[] => {
  const staying = new Set(Instances.filter(isStaying).map(({ InstanceId = '' }) => InstanceId));
  return machines.filter(({ instanceId }) => staying.has(instanceId));
};

/** The group, if Auto Scaling would replace its machines as it should. @throws NotRecyclableError */
export const checkGroup = (
  { app, environment }: Pick<EnvironmentRecord, 'app' | 'environment'>,
  group: AutoScalingGroup | undefined,
): AutoScalingGroup => {
  const problem = groupProblem(group);
  if (group === undefined || problem !== undefined)
    throw new NotRecyclableError(app, environment, problem ?? 'its group is gone');
  return group;
};
