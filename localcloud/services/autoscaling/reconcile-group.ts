import type { Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import { endActivity, trimActivities } from './activities.ts';
import { checkHealth } from './check-health.ts';
import { chooseVictims } from './choose-victims.ts';
import { mayLaunch, noteFailure, noteSettled, SETTLED_MILLISECONDS } from './launch-back-off.ts';
import { launchMissing, resumeLaunches } from './launch-missing.ts';
import type { GroupRecord, InstanceRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';
import { registerInstance } from './target-registration.ts';
import { beginTermination, continueTermination, isGone } from './terminate-instances.ts';

const observe = async (
  scope: AutoScalingScope,
  instances: readonly InstanceRecord[],
): Promise<Map<string, Ec2Instance>> => {
  const Values = instances.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (Values.length === 0) return new Map();
  const { Reservations = [] } = await scope.context.peers.ec2.DescribeInstances(
    { Filters: [{ Name: 'instance-id', Values }] },
    asAutoScaling(scope),
  );
  return new Map(
    Reservations.flatMap(({ Instances = [] }) => Instances).map((seen) => [seen.InstanceId ?? '', seen]),
  );
};

const isDead = (
  scope: AutoScalingScope,
  instance: InstanceRecord,
  seen: Ec2Instance | undefined,
): boolean => {
  const state = seen?.State?.Name;
  if (state === undefined) return isGone(scope, instance);
  return state !== 'pending' && state !== 'running';
};

const replaceDead = (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
  seen: Ec2Instance | undefined,
): void => {
  const { context, records } = scope;
  const livedFor = context.clock.now() - (instance.inServiceAt ?? instance.launchedAt);
  context.store.transaction(() => {
    if (livedFor < SETTLED_MILLISECONDS) {
      const seconds = Math.round((context.clock.now() - instance.launchedAt) / 1_000);
      const reason = seen?.StateReason?.Message ?? `state '${seen?.State?.Name ?? 'unknown'}'`;
      endActivity(
        scope,
        'Launch',
        { ...instance, activity: instance.launchActivity },
        'Failed',
        `Instance '${instance.id}' ended ${seconds} s after it was launched: ${reason}`,
      );
      noteFailure(scope, group.name);
    }
    records.changeInstance(instance, { healthy: false });
    beginTermination(
      scope,
      group,
      instance,
      'an EC2 health check indicating it has been terminated or stopped.',
    );
  });
};

const putInService = (scope: AutoScalingScope, instance: InstanceRecord): void => {
  const { context, records } = scope;
  context.store.transaction(() => {
    records.changeInstance(instance, { state: 'InService', inServiceAt: context.clock.now() });
    endActivity(scope, 'Launch', { ...instance, activity: instance.launchActivity }, 'Successful');
  });
};

const matchCapacity = async (scope: AutoScalingScope, group: GroupRecord): Promise<void> => {
  const active = scope.records
    .instances(group.name)
    .filter(({ state }) => state === 'Pending' || state === 'InService')
    // What LaunchInstances asks for counts once it is there: then the desired capacity is raised for it.
    .filter(
      ({ id, uncounted, replacing }) =>
        id !== undefined && ((uncounted !== true && replacing !== true) || group.deleting === true),
    );
  const missing = group.desired - active.length;
  if (missing > 0 && mayLaunch(scope, group)) await launchMissing(scope, group, active, missing);
  if (missing >= 0 || (group.suspended.includes('Terminate') && group.deleting !== true)) return;
  const allowed =
    group.deleting === true ? active.map((instance) => ({ ...instance, protected: false })) : active;
  for (const victim of chooseVictims(allowed, -missing, group.template))
    beginTermination(
      scope,
      group,
      victim,
      `a difference between desired and actual capacity, shrinking the capacity from ${active.length} to ${group.desired}.`,
    );
};

const endStandby = (scope: AutoScalingScope, group: GroupRecord): void => {
  for (const instance of scope.records.instances(group.name)) {
    if (instance.state === 'Standby') beginTermination(scope, group, instance, 'the deletion of the group.');
  }
};

/** Brings a group one step nearer to what it should be. `resumedAt`: when this process began to look after groups. */
export const reconcileGroup = async (
  scope: AutoScalingScope,
  name: string,
  resumedAt: number,
): Promise<void> => {
  const { records } = scope;
  const group = records.groups.get(name);
  if (group === undefined) return;
  await resumeLaunches(scope, group);
  const seen = await observe(scope, records.instances(name));
  const watched = group.suspended.includes('HealthCheck') ? ['Pending'] : ['Pending', 'InService', 'Standby'];
  for (const instance of records.instances(name)) {
    if (instance.id === undefined) continue;
    const now = seen.get(instance.id);
    if (watched.includes(instance.state) && isDead(scope, instance, now))
      replaceDead(scope, group, instance, now);
    else if (instance.state === 'Pending' && now?.State?.Name === 'running') {
      await registerInstance(scope, group, instance);
      putInService(scope, instance);
    } else if (instance.state === 'InService') await registerInstance(scope, group, instance);
  }
  const inService = records.instances(name).filter(({ state }) => state === 'InService');
  noteSettled(scope, name, inService);
  await checkHealth(scope, group, inService, resumedAt);
  const current = records.groups.get(name);
  if (current === undefined) return;
  if (current.deleting === true) endStandby(scope, current);
  await matchCapacity(scope, current);
  for (const instance of records.instances(name)) {
    if (instance.state === 'Terminating')
      await continueTermination(scope, instance, seen.get(instance.id ?? ''));
  }
  if (current.deleting === true && records.instances(name).length === 0) {
    records.groups.delete(name);
    trimActivities(scope, name);
  }
};
