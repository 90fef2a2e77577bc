import type { Json } from './json.ts';

/** A rule of a state's `Retry`. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  /** Seconds before the first retry; 1 unless told. */
  readonly IntervalSeconds?: number;
  /** Retries of this rule; 3 unless told. */
  readonly MaxAttempts?: number;
  /** Factor by which the interval grows; 2 unless told. */
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'NONE' | 'FULL';
}

/** A rule of a state's `Catch`. */
interface Catcher extends Outcome {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

/** Fields that shape what a state leaves behind. */
export interface Outcome {
  readonly Output?: Json;
  readonly Assign?: Readonly<Record<string, Json>>;
}

interface Common extends Outcome {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
  readonly Next?: string;
  readonly End?: boolean;
}

interface Recoverable {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** Calls a function or a service. */
export interface TaskState extends Common, Recoverable {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Json;
  /** Seconds, or a JSONata expression that yields them. */
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
  readonly Credentials?: { readonly RoleArn: string };
}

/** One branch of a Choice. */
interface ChoiceRule extends Outcome {
  readonly Condition: boolean | string;
  readonly Next: string;
}

/** Goes where the first true condition points. */
export interface ChoiceState extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

/** Waits for a number of seconds or until a point in time. */
export interface WaitState extends Common {
  readonly Type: 'Wait';
  readonly Seconds?: number | string;
  readonly Timestamp?: string;
}

/** Passes its input on, reshaped by `Output` and `Assign`. */
export interface PassState extends Common {
  readonly Type: 'Pass';
}

/** Ends the branch well. */
export interface SucceedState extends Common {
  readonly Type: 'Succeed';
}

/** Ends the execution badly. */
export interface FailState extends Common {
  readonly Type: 'Fail';
  readonly Error?: string;
  readonly Cause?: string;
}

/** Runs branches side by side. */
export interface ParallelState extends Common, Recoverable {
  readonly Type: 'Parallel';
  readonly Arguments?: Json;
  readonly Branches: readonly States[];
}

/** Runs a branch for each item. */
export interface MapState extends Common, Recoverable {
  readonly Type: 'Map';
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly ItemProcessor: States & { readonly ProcessorConfig?: { readonly Mode?: string } };
  readonly MaxConcurrency?: number | string;
  readonly ToleratedFailureCount?: number | string;
  readonly ToleratedFailurePercentage?: number | string;
}

/** Any state. */
export type State =
  TaskState | ChoiceState | WaitState | PassState | SucceedState | FailState | ParallelState | MapState;

/** A set of states with a beginning: a whole machine, a branch, or an item processor. */
export interface States {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** A state machine as written in Amazon States Language. */
export interface Definition extends States {
  readonly Version?: string;
  /** Seconds after which the whole execution times out. */
  readonly TimeoutSeconds?: number;
}
