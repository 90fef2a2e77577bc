import { setMaxListeners } from 'node:events';
import { ExecutionHalted, ExecutionStopped, ExecutionTimedOut } from './abort-reasons.ts';
import { emitAborted } from './abort-events.ts';
import { awsFunctions } from './aws-functions.ts';
import type { Definition } from './definition.ts';
import { BranchAborted, StatesFailure } from './failure.ts';
import { notTruncated } from './history-event.ts';
import type { Json } from './json.ts';
import type { Branch, Run, RunPorts } from './run.ts';
import { emit, waitUntil } from './run.ts';
import { runStates } from './run-states.ts';

/** An execution to run, or to go on with. */
export interface ExecuteOptions extends RunPorts {
  readonly definition: Definition;
  readonly input: Json;
  readonly executionArn: string;
  readonly executionName: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Ends the execution; its reason says how: `ExecutionStopped`, or `ExecutionHalted` to go on later. */
  readonly signal: AbortSignal;
}

/** How an execution ended. */
export interface ExecutionResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

const createRun = (options: ExecuteOptions): Run => ({
  ...options,
  functions: awsFunctions(options.clock, options.random),
  context: {
    Execution: {
      Id: options.executionArn,
      Input: options.input,
      Name: options.executionName,
      RoleArn: options.roleArn,
      StartTime: new Date(options.startedAt).toISOString(),
      RedriveCount: 0,
    },
    StateMachine: { Id: options.stateMachineArn, Name: options.stateMachineName },
  },
});

const named = (error: string | undefined, cause: string | undefined): { error?: string; cause?: string } => ({
  ...(error === undefined ? {} : { error }),
  ...(cause === undefined ? {} : { cause }),
});

const conclude = (run: Run, root: Branch, result: ExecutionResult): ExecutionResult => {
  const { status, output, error, cause } = result;
  const facts = named(error, cause);
  const end = 'end';
  switch (status) {
    case 'SUCCEEDED': {
      const details = { output: JSON.stringify(output), outputDetails: notTruncated };
      emit(
        run,
        end,
        'ExecutionSucceeded',
        root.lastEventId,
        { executionSucceededEventDetails: details },
        result,
      );
      break;
    }
    case 'FAILED':
      emit(run, end, 'ExecutionFailed', root.lastEventId, { executionFailedEventDetails: facts }, result);
      break;
    case 'TIMED_OUT':
      emit(run, end, 'ExecutionTimedOut', root.lastEventId, { executionTimedOutEventDetails: facts }, result);
      break;
    case 'ABORTED':
      emit(run, end, 'ExecutionAborted', root.lastEventId, { executionAbortedEventDetails: facts }, result);
  }
  return result;
};

const ended = (run: Run, root: Branch, error: unknown): ExecutionResult => {
  if (error instanceof StatesFailure) return { status: 'FAILED', ...named(error.errorName, error.causeText) };
  if (!(error instanceof BranchAborted)) throw error;
  const reason: unknown = root.signal.reason;
  if (reason instanceof ExecutionTimedOut) {
    root.lastEventId = emitAborted(run, root, root.lastEventId);
    return { status: 'TIMED_OUT' };
  }
  if (reason instanceof ExecutionStopped) {
    root.lastEventId = emitAborted(run, root, root.lastEventId);
    return { status: 'ABORTED', ...named(reason.errorName, reason.causeText) };
  }
  throw reason instanceof ExecutionHalted ? reason : error;
};

/**
 * Runs an execution to its end, from the start or from what its journal holds. The last event is written but not
 * flushed: the caller stores it together with the result. Rejects with `ExecutionHalted` when the process shuts down.
 */
export const execute = async (options: ExecuteOptions): Promise<ExecutionResult> => {
  const run = createRun(options);
  const known = run.journal.read('end')?.value as ExecutionResult | undefined;
  if (known !== undefined) return known;
  emit(run, 'start', 'ExecutionStarted', 0, {
    executionStartedEventDetails: {
      input: JSON.stringify(options.input),
      inputDetails: notTruncated,
      roleArn: options.roleArn,
    },
  });

  const over = new AbortController();
  const pass = (): void => over.abort(options.signal.reason);
  if (options.signal.aborted) pass();
  options.signal.addEventListener('abort', pass, { once: true });
  setMaxListeners(0, over.signal, options.signal);
  const timer = new AbortController();
  const root: Branch = {
    path: '',
    signal: over.signal,
    variables: Object.create(null) as Record<string, Json>,
    lastEventId: 0,
  };
  const { TimeoutSeconds: seconds } = options.definition;
  if (seconds !== undefined) {
    waitUntil(run, options.startedAt + seconds * 1000, timer.signal).then(
      () => over.abort(new ExecutionTimedOut()),
      () => undefined,
    );
  }
  try {
    const output = await runStates(run, root, options.definition, options.input);
    return conclude(run, root, { status: 'SUCCEEDED', output });
  } catch (error) {
    return conclude(run, root, ended(run, root, error));
  } finally {
    timer.abort();
    options.signal.removeEventListener('abort', pass);
  }
};
