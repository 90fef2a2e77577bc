import { countBatches } from './batch-shares.ts';
import { countByZone } from './choose-zones.ts';
import type { FleetGroup, RecyclingPolicy } from './fleet.ts';

/**
 * EC2's resource token bucket of RunInstances: so many machines at once, then so many per second (EC2 Developer Guide,
 * "Request throttling for the Amazon EC2 API"). Auto Scaling launches through it.
 */
const LAUNCH_BUCKET = 1000;
export const LAUNCHES_PER_SECOND = 2;
/** LaunchInstances' limit of machines per call, and of ids per TerminateInstances of a group. */
const MOST_PER_BATCH = 100;
/** Of a group's machines, replaced at once: a tenth, at least one. */
const GROUP_SHARE = 0.1;
/** Per batch: calls, polls and what a state machine takes between them. */
export const OVERHEAD_SECONDS = 10;

/** The least time in seconds in which an account can launch so many machines, and how many it can launch in a day. */
export const launchFloor = (
  machines: number,
): { readonly seconds: number; readonly machinesPerDay: number } => ({
  seconds: Math.max(0, machines - LAUNCH_BUCKET) / LAUNCHES_PER_SECOND,
  machinesPerDay: LAUNCH_BUCKET + LAUNCHES_PER_SECOND * 86_400,
});

/** How many machines of a group are replaced at once at most: a tenth, at least one, at most a call's worth. */
export const batchLimit = (machines: number): number =>
  Math.min(MOST_PER_BATCH, Math.max(1, Math.floor(machines * GROUP_SHARE)));

/** How long a batch takes, in seconds: the new machines' boot, the old ones' last requests, and Kiln's own steps. */
export const batchSeconds = (
  group: Pick<FleetGroup, 'bootSeconds'>,
  policy: Pick<RecyclingPolicy, 'drainSeconds'>,
): number => group.bootSeconds + policy.drainSeconds + OVERHEAD_SECONDS;

/**
 * How long replacing every machine of an environment once takes, in seconds, when nothing goes wrong: each group its
 * batches one after another, no more than `allowed` machines of the environment at once, and no faster than the account
 * launches.
 */
export const turnOverSeconds = (
  groups: readonly FleetGroup[],
  policy: RecyclingPolicy,
  allowed: number,
): number => {
  let machines = 0;
  let slowestGroup = 0;
  let machineSeconds = 0;
  for (const group of groups) {
    const count = group.machines.length;
    const seconds = batchSeconds(group, policy);
    // Without room nothing can be replaced; what that needs first is said of the group.
    const batch = Math.max(1, Math.min(batchLimit(count), allowed, group.max - group.desired));
    machines += count;
    const batches = countBatches([...countByZone(group.machines).values()], batch);
    slowestGroup = Math.max(slowestGroup, batches * seconds);
    machineSeconds += count * seconds;
  }
  return Math.max(slowestGroup, machineSeconds / Math.max(1, allowed), launchFloor(machines).seconds);
};
