import { BranchAborted, StatesFailure } from './failure.ts';

/** How a group of branches ended. */
export interface GroupEnd {
  /** Why the group failed; undefined when every worker came to its end. */
  readonly failure?: StatesFailure;
}

/**
 * Runs workers side by side. The first failure aborts the others; the answer comes when all have ended. Errors that
 * are no failures of a state, an abort from outside included, are thrown.
 */
export const runGroup = async (
  outer: AbortSignal,
  workers: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<GroupEnd> => {
  const group = new AbortController();
  const pass = (): void => group.abort(outer.reason);
  if (outer.aborted) pass();
  outer.addEventListener('abort', pass, { once: true });
  let first: unknown;
  try {
    await Promise.all(
      workers.map(async (worker) => {
        try {
          await worker(group.signal);
        } catch (error) {
          if (first === undefined && !(error instanceof BranchAborted && group.signal.aborted)) first = error;
          group.abort(new BranchAborted());
        }
      }),
    );
  } finally {
    outer.removeEventListener('abort', pass);
  }
  if (outer.aborted) throw new BranchAborted();
  if (first === undefined) return {};
  if (first instanceof StatesFailure) return { failure: first };
  throw first;
};
