import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
}

interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface State {
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Map' | 'Pass' | 'Succeed' | 'Fail';
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** A state machine as `statemachines/` has it; what its expressions say is up to whoever runs it. */
export interface StateMachine {
  readonly name: string;
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
}

const folder = join(import.meta.dirname, '../../statemachines');
const machines = new Map<string, StateMachine>();

/** Reads `statemachines/<name>.asl.yml`, once. */
export const readStateMachine = (name: string): StateMachine => {
  const known = machines.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(join(folder, `${name}.asl.yml`), 'utf8');
  const machine = { ...(parse(text) as StateMachine), name };
  machines.set(name, machine);
  return machine;
};

/** Whether a retrier or catcher is meant for the error. */
export const isFor = ({ ErrorEquals }: Pick<Catcher, 'ErrorEquals'>, error: string): boolean =>
  ErrorEquals.includes(error) ||
  ErrorEquals.includes('States.ALL') ||
  (ErrorEquals.includes('States.TaskFailed') && error !== 'States.Timeout');

/** How long to wait before the attempt after `attempts`, in milliseconds; undefined: no more. Jitter is up to the caller. */
export const retryDelay = (retrier: Retrier, attempts: number): number | undefined => {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxAttempts = 3, MaxDelaySeconds = Infinity } = retrier;
  if (attempts > MaxAttempts) return undefined;
  return Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** (attempts - 1)) * 1000;
};
