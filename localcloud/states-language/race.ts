import { BranchAborted } from './failure.ts';
import type { Run } from './run.ts';
import { waitUntil } from './run.ts';

/** What `raceDeadline` resolves with when time is up. */
export const timedOut = Symbol('timed out');

const onAbort = (signal: AbortSignal, act: () => void): (() => void) => {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
};

/**
 * Does `work` until a deadline (milliseconds since the epoch; none when undefined). `work` is told through its signal
 * when its answer is not wanted any more; it need not listen.
 */
export const raceDeadline = async <T>(
  run: Run,
  signal: AbortSignal,
  deadline: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | typeof timedOut> => {
  const over = new AbortController();
  let unlisten = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    unlisten = onAbort(signal, () => {
      over.abort(signal.reason);
      reject(new BranchAborted());
    });
  });
  const contenders: Promise<T | typeof timedOut>[] = [work(over.signal), aborted];
  if (deadline !== undefined) contenders.push(waitUntil(run, deadline, over.signal).then(() => timedOut));
  // The losers' rejections belong to nobody.
  for (const contender of contenders) contender.catch(() => undefined);
  try {
    return await Promise.race(contenders);
  } finally {
    unlisten();
    over.abort(new BranchAborted());
  }
};
