import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  DetachLoadBalancerTargetGroupsCommand,
  SetDesiredCapacityCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import { TAG } from '#pipeline/tags';
import { autoScalingError } from '#test/helpers/service-error';
import type { Account, Caller, Group, Machine } from './account.ts';
import type { Calls } from './calls.ts';
import { drain, removeGroup, retire } from './machine-life.ts';
import { reconcileSoon } from './reconcile-group.ts';

/** The group of that name. @throws ValidationError, as Auto Scaling does */
export const findGroup = (account: Account, name: string | undefined): Group => {
  const group = account.groups.get(name ?? '');
  if (group === undefined) throw autoScalingError('ValidationError');
  return group;
};

/** States it in the history, too. */
export const setDesired = (account: Account, group: Group, desired: number, caller: Caller): void => {
  const { name, environment, app } = group;
  group.desired = desired;
  account.history.state(caller.name, {
    fact: 'group.desired',
    group: name,
    desired,
    cause: caller.cause,
    environment,
    app,
  });
  reconcileSoon(account, group);
};

const list = (machine: Machine): Instance => {
  const { lifecycle, running, isProtected, instanceId, zone, group, listed } = machine;
  // A machine that just died still looks well.
  const health = lifecycle === 'Terminating' && !running ? 'Unhealthy' : 'Healthy';
  const isSame =
    listed?.LifecycleState === lifecycle &&
    listed.HealthStatus === health &&
    listed.ProtectedFromScaleIn === isProtected;
  if (isSame) return listed;
  machine.listed = {
    InstanceId: instanceId,
    AvailabilityZone: zone,
    LifecycleState: lifecycle,
    HealthStatus: health,
    ProtectedFromScaleIn: isProtected,
    LaunchTemplate: { LaunchTemplateName: group.template.name, Version: '1' },
  };
  return machine.listed;
};

/** Whether the group still is as it was described. */
const isAsDescribed = (group: Group, described: AutoScalingGroup): boolean => {
  const { Instances = [], TargetGroupARNs = [] } = described;
  if (
    group.desired !== described.DesiredCapacity ||
    group.min !== described.MinSize ||
    group.max !== described.MaxSize ||
    group.cooldownSeconds !== described.DefaultCooldown ||
    group.deleting !== (described.Status !== undefined) ||
    group.attached !== TargetGroupARNs.length > 0 ||
    group.machines.size !== Instances.length
  )
    return false;
  let index = 0;
  for (const machine of group.machines.values()) {
    if (list(machine) !== Instances[index]) return false;
    index += 1;
  }
  return true;
};

const describe = (group: Group): AutoScalingGroup => {
  if (group.described === undefined || !isAsDescribed(group, group.described))
    group.described = describeAnew(group);
  return group.described;
};

const describeAnew = (group: Group): AutoScalingGroup => ({
  AutoScalingGroupName: group.name,
  MinSize: group.min,
  MaxSize: group.max,
  DesiredCapacity: group.desired,
  DefaultCooldown: group.cooldownSeconds,
  AvailabilityZones: [...group.zones],
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: group.graceSeconds,
  CreatedTime: new Date(group.createdAt),
  TargetGroupARNs: group.attached ? [group.targetGroupArn] : [],
  LaunchTemplate: { LaunchTemplateName: group.template.name, Version: '1' },
  Status: group.deleting ? 'Delete in progress' : undefined,
  Tags: group.tagList,
  Instances: Array.from(group.machines.values(), list),
});

const PAGE = 100;

const create = (account: Account, input: CreateAutoScalingGroupCommand['input'], caller: Caller): void => {
  const name = input.AutoScalingGroupName ?? '';
  if (account.groups.has(name)) throw autoScalingError('AlreadyExistsFault');
  const template = account.templates.get(input.LaunchTemplate?.LaunchTemplateName ?? '');
  if (template === undefined) throw autoScalingError('ValidationError');
  const tags = new Map((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const subnets = (input.VPCZoneIdentifier ?? '').split(',');
  const group: Group = {
    name,
    app: tags.get(TAG.app) ?? '',
    environment: tags.get(TAG.environment) ?? '',
    release: tags.get(TAG.releaseId) ?? '',
    template,
    zones: subnets.map((subnet) => account.subnets.get(subnet) ?? subnet),
    targetGroupArn: input.TargetGroupARNs?.[0] ?? '',
    graceSeconds: input.HealthCheckGracePeriod ?? 0,
    createdAt: account.timeline.now(),
    tags,
    tagList: [...tags].map(([Key, Value]) => ({ Key, Value })),
    machines: new Map(),
    activities: [],
    launches: new Map(),
    cooldownSeconds: input.DefaultCooldown ?? 300,
    min: input.MinSize ?? 0,
    max: input.MaxSize ?? 0,
    desired: 0,
    attached: true,
    deleting: false,
    reconciling: false,
  };
  account.groups.set(name, group);
  const targetGroup = account.targetGroups.get(group.targetGroupArn);
  if (targetGroup !== undefined) targetGroup.group = group;
  setDesired(account, group, input.DesiredCapacity ?? group.min, caller);
};

const remove = (account: Account, group: Group, caller: Caller): void => {
  group.deleting = true;
  if (group.machines.size === 0) removeGroup(account, group);
  for (const machine of group.machines.values()) retire(account, machine, caller);
};

/** Auto Scaling's calls that read, make, size and remove groups. */
export const answerGroupCalls = (account: Account, calls: Calls): void => {
  calls.on(DescribeAutoScalingGroupsCommand, ({ AutoScalingGroupNames, NextToken, MaxRecords = PAGE }) => {
    const groups =
      AutoScalingGroupNames === undefined || AutoScalingGroupNames.length === 0
        ? [...account.groups.values()]
        : AutoScalingGroupNames.map((name) => account.groups.get(name)).filter(
            (group) => group !== undefined,
          );
    const from = Number(NextToken ?? 0);
    const page = groups.slice(from, from + MaxRecords);
    return {
      AutoScalingGroups: page.map(describe),
      ...(from + page.length < groups.length ? { NextToken: String(from + page.length) } : {}),
    };
  });
  calls.on(CreateAutoScalingGroupCommand, (input, caller) => {
    create(account, input, caller);
    return {};
  });
  calls.on(DeleteAutoScalingGroupCommand, ({ AutoScalingGroupName }, caller) => {
    const group = findGroup(account, AutoScalingGroupName);
    if (!group.deleting) remove(account, group, caller);
    return {};
  });
  calls.on(DetachLoadBalancerTargetGroupsCommand, ({ AutoScalingGroupName }, caller) => {
    const group = findGroup(account, AutoScalingGroupName);
    if (group.deleting) throw autoScalingError('ValidationError');
    group.attached = false;
    for (const machine of group.machines.values()) drain(account, machine, caller);
    return {};
  });
  calls.on(SetDesiredCapacityCommand, ({ AutoScalingGroupName, DesiredCapacity = 0 }, caller) => {
    const group = findGroup(account, AutoScalingGroupName);
    if (DesiredCapacity < group.min || DesiredCapacity > group.max) throw autoScalingError('ValidationError');
    setDesired(account, group, DesiredCapacity, caller);
    return {};
  });
  calls.on(UpdateAutoScalingGroupCommand, (input, caller) => {
    const group = findGroup(account, input.AutoScalingGroupName);
    if (group.deleting) throw autoScalingError('ValidationError');
    group.cooldownSeconds = input.DefaultCooldown ?? group.cooldownSeconds;
    group.min = input.MinSize ?? group.min;
    group.max = input.MaxSize ?? group.max;
    const desired = Math.min(group.max, Math.max(group.min, input.DesiredCapacity ?? group.desired));
    if (desired !== group.desired) setDesired(account, group, desired, caller);
    return {};
  });
  calls.on(DescribeScalingActivitiesCommand, ({ AutoScalingGroupName = '' }) => ({
    Activities: [...(account.groups.get(AutoScalingGroupName)?.activities ?? [])],
  }));
};
