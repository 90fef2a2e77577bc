import type { Execution, Executions } from './executions.ts';
import type { Random } from './random.ts';
import type { Retrier, State, StateMachine } from './state-machine.ts';
import { isFor, retryDelay } from './state-machine.ts';
import type { Timeline } from './timeline.ts';

/** An error as a state machine sees it. */
export interface Caught {
  readonly error: string;
  readonly cause: string;
}

/** What the expressions of a state machine do, by state; a state that has none does nothing. */
export interface Bindings {
  /** Tasks and maps: do it. */
  readonly tasks: Readonly<Record<string, (caught: Caught | undefined) => Promise<void>>>;
  /** Index of the choice that holds; undefined for the default. */
  readonly choices?: Readonly<Record<string, () => number | undefined>>;
  /** Milliseconds. */
  readonly waits?: Readonly<Record<string, () => number>>;
}

export interface WalkDeps {
  readonly executions: Executions;
  readonly timeline: Timeline;
  readonly random: Random;
}

/** The execution was stopped from outside: no retry, no catch. */
class StoppedError extends Error {}

const toCaught = (error: unknown): Caught =>
  error instanceof Error
    ? { error: error.name, cause: JSON.stringify({ errorMessage: error.message }) }
    : { error: 'Error', cause: String(error) };

const stopped = (execution: Execution): Promise<never> =>
  new Promise((_resolve, reject) => {
    execution.onStop = () => {
      reject(new StoppedError(execution.arn));
    };
  });

const required = <T>(found: T | undefined, what: string, state: string): T => {
  if (found === undefined) throw new Error(`the simulation has no ${what} for state '${state}'`);
  return found;
};

/** A bug of the simulation or of the product: such errors end the run. */
const BUGS: readonly string[] = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError'];

const attempt = async (
  state: State,
  task: () => Promise<void>,
  execution: Execution,
  { timeline, random }: WalkDeps,
): Promise<Caught | undefined> => {
  const attempts = new Map<Retrier, number>();
  for (;;) {
    try {
      await Promise.race([task(), stopped(execution)]);
      return undefined;
    } catch (error) {
      if (error instanceof StoppedError) throw error;
      const caught = toCaught(error);
      if (BUGS.includes(caught.error) || caught.cause.includes('the simulation')) throw error;
      const retrier = state.Retry?.find((one) => isFor(one, caught.error));
      if (retrier === undefined) return caught;
      const made = (attempts.get(retrier) ?? 0) + 1;
      attempts.set(retrier, made);
      const delay = retryDelay(retrier, made);
      if (delay === undefined) return caught;
      await Promise.race([timeline.delay(delay + random.whole(0, 200)), stopped(execution)]);
    }
  }
};

interface Step {
  readonly next: string | undefined;
  readonly caught?: Caught;
}

const runTask = async (
  name: string,
  state: State,
  bindings: Bindings,
  before: Caught | undefined,
  execution: Execution,
  deps: WalkDeps,
): Promise<Step> => {
  const task = required(bindings.tasks[name], 'task', name);
  const caught = await attempt(state, () => task(before), execution, deps);
  if (caught === undefined) return { next: state.Next };
  const next = state.Catch?.find((one) => isFor(one, caught.error))?.Next;
  return { next, caught };
};

const runState = async (
  name: string,
  state: State,
  bindings: Bindings,
  caught: Caught | undefined,
  execution: Execution,
  deps: WalkDeps,
): Promise<Step> => {
  switch (state.Type) {
    case 'Task':
    case 'Map':
      return runTask(name, state, bindings, caught, execution, deps);
    case 'Choice': {
      const index = required(bindings.choices?.[name], 'choice', name)();
      return { next: index === undefined ? state.Default : state.Choices?.[index]?.Next };
    }
    case 'Wait': {
      const milliseconds = required(bindings.waits?.[name], 'wait', name)();
      await Promise.race([deps.timeline.delay(Math.max(0, milliseconds)), stopped(execution)]);
      return { next: state.Next };
    }
    default:
      return { next: state.Next };
  }
};

/** Runs an execution through the states of its machine: their order, retries and catches are the machine's own. */
export const walk = async (
  machine: StateMachine,
  execution: Execution,
  bindings: Bindings,
  deps: WalkDeps,
): Promise<void> => {
  let name: string | undefined = machine.StartAt;
  let caught: Caught | undefined;
  try {
    while (name !== undefined) {
      const state: State = required(machine.States[name], 'state', name);
      if (state.Type === 'Succeed') break;
      if (state.Type === 'Fail') {
        deps.executions.end(execution, 'FAILED');
        return;
      }
      const step = await runState(name, state, bindings, caught, execution, deps);
      if (step.caught !== undefined && step.next === undefined) {
        deps.executions.end(execution, 'FAILED');
        return;
      }
      if (step.caught !== undefined) caught = step.caught;
      name = step.next;
    }
    deps.executions.end(execution, 'SUCCEEDED');
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
};
