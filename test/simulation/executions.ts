import type { Fact } from '#test/invariants/history';
import type { HistoryWriter } from './history-writer.ts';
import type { Timeline } from './timeline.ts';
import type { Invocation } from './wire.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

/** A run of a state machine. */
export interface Execution {
  readonly arn: string;
  readonly machine: string;
  readonly startedAt: number;
  status: ExecutionStatus;
  onStop: (() => void) | undefined;
  /** What it runs now dies with it. */
  invocation: Invocation | undefined;
}

/** All executions that there ever were. */
export interface Executions {
  readonly all: Map<string, Execution>;
  readonly running: ReadonlySet<Execution>;
  /** Undefined where one of that name exists: a second start is harmless. */
  start(machine: string, name: string, timeoutSeconds: number): Execution | undefined;
  /** Only the first end counts. */
  end(execution: Execution, status: ExecutionStatus): void;
}

/** `arn:aws:states:…` of that name. */
export const executionArn = (machine: string, name: string): string =>
  `arn:aws:states:r:0:execution:${machine}:${name}`;

/** None yet. */
export const createExecutions = (timeline: Timeline, history: HistoryWriter): Executions => {
  const all = new Map<string, Execution>();
  const running = new Set<Execution>();
  const state = (fact: Fact): void => {
    history.state('world', fact);
  };
  const end = (execution: Execution, status: ExecutionStatus): void => {
    if (execution.status !== 'RUNNING') return;
    execution.status = status;
    running.delete(execution);
    state({ fact: 'execution.ended', execution: execution.arn, status });
    if (execution.invocation !== undefined) execution.invocation.alive = false;
    if (status === 'ABORTED' || status === 'TIMED_OUT') execution.onStop?.();
  };
  return {
    all,
    running,
    start: (machine, name, timeoutSeconds) => {
      const arn = executionArn(machine, name);
      if (all.has(arn)) return undefined;
      const execution: Execution = {
        arn,
        machine,
        startedAt: timeline.now(),
        status: 'RUNNING',
        onStop: undefined,
        invocation: undefined,
      };
      all.set(arn, execution);
      running.add(execution);
      state({ fact: 'execution.started', execution: arn, deadlineSeconds: timeoutSeconds });
      timeline.after(timeoutSeconds * 1000, () => {
        end(execution, 'TIMED_OUT');
      });
      return execution;
    },
    end,
  };
};
