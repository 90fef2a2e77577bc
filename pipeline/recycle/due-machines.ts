import type { InstanceId } from '../model.ts';
import { dueTime } from './due-time.ts';
import type { FleetGroup } from './fleet.ts';
import { machineSkipReason } from './skip-reason.ts';

/** A machine that may be replaced now. */
export interface DueMachine {
  readonly instanceId: InstanceId;
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

/** A group's machines by whether they are due. */
export interface DueMachines {
  /** The one that has been due longest first. */
  readonly ready: readonly DueMachine[];
  /** Why each that is due, or may be, is passed over. */
  readonly passedOver: readonly string[];
  /** When the next of the others falls due, milliseconds since the epoch; infinite when none does. */
  readonly nextDueAt: number;
}

/** By what a machine is due. */
export interface DueRule {
  readonly now: number;
  readonly fractionOf: (instanceId: string) => number;
  /** Absent: age is no reason. */
  readonly maximumUptimeSeconds?: number;
  readonly spanSeconds: number;
  /** Machines that were launched before are due whatever their age, milliseconds since the epoch. */
  readonly allBefore: number;
}

/** Finds which machines of a group are due and which of them may be replaced. */
export const dueMachines = ({ machines }: Pick<FleetGroup, 'machines'>, rule: DueRule): DueMachines => {
  const { now } = rule;
  const ready: DueMachine[] = [];
  const passedOver: string[] = [];
  let nextDueAt = Infinity;
  for (const machine of machines) {
    const dueAt = dueAtOf(machine, rule);
    if (dueAt > now && dueAt < nextDueAt) nextDueAt = dueAt;
    if (dueAt > now && !wasAskedFor(machine, rule)) continue;
    const reason = machineSkipReason(machine, now);
    if (reason !== undefined) passedOver.push(reason);
    else ready.push({ instanceId: machine.instanceId, zone: machine.zone, dueAt: orBirth(dueAt, machine) });
  }
  return { ready: ready.toSorted(longestDueFirst), passedOver, nextDueAt };
};

function dueAtOf(
  { instanceId, launchedAt }: FleetGroup['machines'][number],
  { maximumUptimeSeconds, spanSeconds, fractionOf }: DueRule,
): number {
  // It may be due; that it cannot be known is what is said of it.
  if (launchedAt === undefined) return -Infinity;
  if (maximumUptimeSeconds === undefined) return Infinity;
  return dueTime(launchedAt, fractionOf(instanceId), { maximumUptimeSeconds, spanSeconds });
}

// Where age is no reason, the oldest goes first.
function orBirth(dueAt: number, { launchedAt = dueAt }: FleetGroup['machines'][number]): number {
  return dueAt === Infinity ? launchedAt : dueAt;
}

function wasAskedFor(
  { launchedAt = -Infinity }: FleetGroup['machines'][number],
  { allBefore }: DueRule,
): boolean {
  return launchedAt < allBefore;
}

function longestDueFirst(a: DueMachine, b: DueMachine): number {
  if (a.dueAt !== b.dueAt) return a.dueAt - b.dueAt;
  return a.instanceId < b.instanceId ? -1 : Number(a.instanceId > b.instanceId);
}
