import type { InstanceId } from '../model.ts';
import { dueTime } from './due-time.ts';
import type { FleetGroup, PassedOver } from './fleet.ts';
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
  /** Why each that is due, or may be, is passed over; by its id. */
  readonly passedOver: PassedOver['machines'];
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
  /** Except these. */
  readonly spared?: ReadonlySet<string>;
}

/** Finds which machines of a group are due and which of them may be replaced. */
export const dueMachines = ({ machines }: Pick<FleetGroup, 'machines'>, rule: DueRule): DueMachines => {
  const { now } = rule;
  const ready: DueMachine[] = [];
  const passedOver: PassedOver['machines'][number][] = [];
  let nextDueAt = Infinity;
  for (const machine of machines) {
    const dueAt = dueAtOf(machine, rule);
    if (dueAt > now && dueAt < nextDueAt) nextDueAt = dueAt;
    if ((dueAt > now && !wasAskedFor(machine, rule)) || isGoing(machine)) continue;
    const reason = machineSkipReason(machine, now);
    if (reason !== undefined) passedOver.push({ instanceId: machine.instanceId, reason });
    else ready.push({ instanceId: machine.instanceId, zone: machine.zone, dueAt: orBirth(dueAt, machine) });
  }
  return {
    ready: ready.toSorted(longestDueFirst),
    passedOver: passedOver.toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
    nextDueAt,
  };
};

// Nobody keeps it, unless a lifecycle hook has it wait.
function isGoing({ state }: FleetGroup['machines'][number]): boolean {
  return state.startsWith('Terminat') && !state.endsWith(':Wait');
}

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
  { instanceId, launchedAt = -Infinity }: FleetGroup['machines'][number],
  { allBefore, spared }: DueRule,
): boolean {
  return launchedAt < allBefore && spared?.has(instanceId) !== true;
}

function longestDueFirst(a: DueMachine, b: DueMachine): number {
  if (a.dueAt !== b.dueAt) return a.dueAt - b.dueAt;
  return a.instanceId < b.instanceId ? -1 : Number(a.instanceId > b.instanceId);
}
