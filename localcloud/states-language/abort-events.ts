import type { Branch, Run } from './run.ts';
import { emit } from './run.ts';

const abortedEvents: Readonly<
  Record<string, 'TaskStateAborted' | 'WaitStateAborted' | 'MapStateAborted' | 'ParallelStateAborted'>
> = {
  Task: 'TaskStateAborted',
  Wait: 'WaitStateAborted',
  Map: 'MapStateAborted',
  Parallel: 'ParallelStateAborted',
};

/** Writes the `…StateAborted` event of the state in which a branch was cut off, where AWS has one. */
export const emitAborted = (run: Run, branch: Branch, previousEventId: number): number => {
  const type = branch.currentType === undefined ? undefined : abortedEvents[branch.currentType];
  return type === undefined ? previousEventId : emit(run, `${branch.path}aborted`, type, previousEventId);
};
