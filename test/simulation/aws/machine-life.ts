import { TAG } from '#pipeline/tags';
import type { Account, Caller, Group, Machine } from './account.ts';
import { GROUP_TAG, NATURE, noteActivity, serves } from './account.ts';
import { reconcileSoon } from './reconcile-group.ts';

const HOUR_SECONDS = 3600;

const stops = (account: Account, machine: Machine, caller: Caller): void => {
  if (!machine.running) return;
  machine.running = false;
  account.history.state(caller.name, {
    fact: 'machine.terminated',
    machine: machine.instanceId,
    cause: caller.cause,
  });
};

/** The group forgets it, EC2 an hour later. */
const forget = (account: Account, machine: Machine): void => {
  machine.group.machines.delete(machine.instanceId);
  if (machine.group.deleting && machine.group.machines.size === 0) removeGroup(account, machine.group);
  account.timeline.after(HOUR_SECONDS * 1000, () => account.machines.delete(machine.instanceId));
};

/** A group is gone when its last machine is. */
export const removeGroup = (account: Account, group: Group): void => {
  if (!account.groups.delete(group.name)) return;
  const { name, environment, app } = group;
  const targetGroup = account.targetGroups.get(group.targetGroupArn);
  if (targetGroup !== undefined) targetGroup.group = undefined;
  account.history.state('world', { fact: 'group.gone', group: name, environment, app });
};

const deregister = (account: Account, machine: Machine, caller: Caller): void => {
  if (machine.target === 'none' || machine.target === 'draining') return;
  const drains = machine.target === 'healthy' && machine.running;
  machine.target = drains ? 'draining' : 'none';
  account.history.state(caller.name, {
    fact: 'machine.deregistered',
    machine: machine.instanceId,
    cause: caller.cause,
  });
};

/** The balancer sends it nothing new; what it has in flight may end. */
export const drain = (account: Account, machine: Machine, caller: Caller): void => {
  deregister(account, machine, caller);
  if (machine.target !== 'draining') return;
  const seconds = account.targetGroups.get(machine.group.targetGroupArn)?.drainSeconds ?? 0;
  account.timeline.after(seconds * 1000, () => {
    if (machine.target === 'draining') machine.target = 'none';
  });
};

/** Auto Scaling's way: deregistered, drained, terminated. */
export const retire = (account: Account, machine: Machine, caller: Caller): void => {
  if (machine.lifecycle === 'Terminating') return;
  const { timeline, random, targetGroups } = account;
  machine.lifecycle = 'Terminating';
  noteActivity(machine.group, timeline.now(), {
    Description: `Terminating EC2 instance: ${machine.instanceId}`,
    StatusCode: 'Successful',
    Cause: `at the wish of ${caller.cause}`,
  });
  deregister(account, machine, caller);
  const drains = machine.target === 'draining';
  const seconds = drains ? (targetGroups.get(machine.group.targetGroupArn)?.drainSeconds ?? 0) : 0;
  timeline.after(seconds * 1000 + random.whole(0, 3000), () => {
    machine.target = 'none';
    // Whoever wanted it to go decided that when it was deregistered.
    stops(account, machine, caller.cause === 'external' ? caller : { ...caller, cause: 'clean-up' });
    timeline.after(random.whole(1000, 4000), () => {
      forget(account, machine);
    });
  });
};

/** A sudden end, which its group notices some time later and makes up for. */
export const lose = (account: Account, machine: Machine, caller: Caller): void => {
  if (!machine.running) return;
  const { history, timeline, random } = account;
  if (machine.target === 'healthy')
    history.state(caller.name, {
      fact: 'machine.unhealthy',
      machine: machine.instanceId,
      cause: caller.cause,
    });
  stops(account, machine, caller);
  // The balancer believes its last checks for some time.
  timeline.after(random.whole(5000, 15_000), () => {
    if (machine.target === 'healthy' || machine.target === 'initial') machine.target = 'unhealthy';
  });
  timeline.after(random.whole(8000, 40_000), () => {
    if (machine.lifecycle === 'Terminating') return;
    machine.lifecycle = 'Terminating';
    noteActivity(machine.group, timeline.now(), {
      Description: `Terminating EC2 instance: ${machine.instanceId}`,
      StatusCode: 'Successful',
      Cause: 'an instance was taken out of service in response to an EC2 health check',
    });
    deregister(account, machine, NATURE);
    reconcileSoon(account, machine.group);
    timeline.after(random.whole(1000, 5000), () => {
      forget(account, machine);
    });
  });
};

const becomesHealthy = (account: Account, machine: Machine): void => {
  if (machine.target !== 'initial' || machine.lifecycle !== 'InService' || !machine.running) return;
  machine.target = 'healthy';
  machine.started = true;
  account.history.state('world', { fact: 'machine.healthy', machine: machine.instanceId });
};

/** Registered with its group's target group, if that is attached. */
export const register = (account: Account, machine: Machine): void => {
  const { timeline, random, images } = account;
  const isOut = machine.target === 'none' || machine.target === 'draining';
  if (!machine.group.attached || !isOut || !machine.running) return;
  machine.target = 'initial';
  const image = images.get(machine.imageId);
  if (image?.sick === true && !machine.started) return;
  // One in fifty takes its time; two passed checks of five seconds come after the boot.
  const boot = (image?.bootSeconds ?? 5) * (random.chance(0.02) ? random.whole(4, 20) : 1);
  const healthyAt = Math.max(timeline.now(), machine.launchedAt + boot * 1000) + random.whole(5000, 10_000);
  timeline.at(healthyAt, () => {
    becomesHealthy(account, machine);
  });
};

/** Then the machine looks again whether it was told to go on. */
const LONGEST_EXTENSION_MILLISECONDS = 3_600_000;

/** Its own timer, which asks the metadata service when it is due. */
const startsDeadMan = (account: Account, machine: Machine): void => {
  const { deadMan } = machine.group.template;
  if (deadMan === undefined) return;
  const { timeline } = account;
  const seconds = deadMan.seconds + account.random.fraction() * deadMan.jitterSeconds;
  const isDue = (): void => {
    if (!machine.running || machine.lifecycle === 'Terminating') return;
    const keptUntil = machine.launchedAt + Number(machine.tags.get(TAG.keep) ?? 0) * 1000;
    if (keptUntil > timeline.now()) {
      timeline.at(Math.min(keptUntil, timeline.now() + LONGEST_EXTENSION_MILLISECONDS), isDue);
      return;
    }
    account.onDeadMan();
    lose(account, machine, { name: 'dead-man', cause: 'external' });
  };
  timeline.at(machine.launchedAt + seconds * 1000, isDue);
};

const comesIntoService = (account: Account, machine: Machine): void => {
  const { timeline, random, group } = { ...account, group: machine.group };
  if (machine.lifecycle !== 'Pending') return;
  if (random.chance(0.01)) {
    lose(account, machine, NATURE);
    return;
  }
  machine.lifecycle = 'InService';
  register(account, machine);
  timeline.after((group.graceSeconds + random.whole(5, 30)) * 1000, () => {
    const isOver = machine.lifecycle !== 'InService' || machine.target === 'healthy' || !machine.running;
    if (isOver || !group.attached) return;
    retire(account, machine, NATURE);
    reconcileSoon(account, group);
  });
};

/** A new machine of the group in that zone. */
export const launch = (account: Account, group: Group, zone: string, caller: Caller): Machine => {
  const { timeline, random, history } = account;
  account.made += 1;
  const machine: Machine = {
    instanceId: `i-${account.made.toString(16).padStart(17, '0')}`,
    group,
    zone,
    imageId: group.template.imageId,
    launchedAt: timeline.now(),
    visibleAt: timeline.now() + random.whole(0, 3000),
    tags: new Map([...group.tags, [GROUP_TAG, group.name]]),
    lifecycle: 'Pending',
    isProtected: false,
    running: true,
    started: false,
    target: 'none',
  };
  group.machines.set(machine.instanceId, machine);
  account.machines.set(machine.instanceId, machine);
  const { environment, app, name, release } = group;
  history.state(caller.name, {
    fact: 'machine.launched',
    machine: machine.instanceId,
    group: name,
    release,
    zone,
    cause: caller.cause,
    environment,
    app,
  });
  noteActivity(group, timeline.now(), {
    Description: `Launching a new EC2 instance: ${machine.instanceId}`,
    StatusCode: 'Successful',
    Cause: 'capacity',
  });
  startsDeadMan(account, machine);
  timeline.after(random.whole(1500, 5000), () => {
    comesIntoService(account, machine);
  });
  return machine;
};

/** How many of the group's machines serve. */
export const countServing = (group: Group): number => [...group.machines.values()].filter(serves).length;
