import type { CloudFormationDeps } from '../deps.ts';
import { isMoving, runOperation } from './run-operation.ts';

/** The running operations of all stacks. */
export interface Operations {
  /** Goes on with a stack that is in a moving status. */
  run(stackId: string): void;
  /** Resumes what the end of the last process cut short. */
  start(): void;
  stop(): Promise<void>;
}

/** Creates the runner; nothing runs before `start`. */
export const createOperations = (deps: CloudFormationDeps): Operations => {
  const running = new Set<Promise<void>>();
  let stopping = new AbortController();

  const run = (stackId: string): void => {
    const task: Promise<void> = runOperation(deps, stackId, stopping.signal).finally(() =>
      running.delete(task),
    );
    running.add(task);
  };

  return {
    run,
    start: () => {
      stopping = new AbortController();
      for (const { stackId, status } of deps.store.stacks.list()) if (isMoving(status)) run(stackId);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
};
