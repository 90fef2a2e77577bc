import { reconcileGroup } from './reconcile-group.ts';
import type { AutoScalingScope } from './scope.ts';

/** The loop that keeps every group as it should be. */
export interface Reconciler {
  /** Looks at a group now instead of at the next tick. */
  kick(group: string): void;
  start(): Promise<void>;
  /** Ends the loop and waits for steps under way. */
  stop(): Promise<void>;
}

const TICK_MILLISECONDS = 250;

/** Creates the loop; groups are independent of each other, and one group is never reconciled twice at the same time. */
export const createReconciler = (scope: AutoScalingScope): Reconciler => {
  const { clock, log } = scope.context;
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let abort = new AbortController();
  let resumedAt = 0;
  let ended: Promise<void> = Promise.resolve();
  abort.abort();

  const reconcile = async (name: string): Promise<void> => {
    try {
      do {
        again.delete(name);
        await reconcileGroup(scope, name, resumedAt);
      } while (again.has(name) && !abort.signal.aborted);
    } catch (error) {
      log('error', 'reconciling an auto scaling group failed', { group: name, error: String(error) });
    } finally {
      running.delete(name);
    }
  };
  const look = (name: string): void => {
    if (!abort.signal.aborted && !running.has(name)) running.set(name, reconcile(name));
  };
  const loop = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      for (const name of scope.records.groups.keys()) look(name);
      await clock.delay(TICK_MILLISECONDS, signal).catch(() => undefined);
    }
  };
  return {
    kick: (name) => {
      if (running.has(name)) again.add(name);
      else look(name);
    },
    start: () => {
      abort = new AbortController();
      resumedAt = clock.now();
      ended = loop(abort.signal);
      return Promise.resolve();
    },
    stop: async () => {
      abort.abort();
      await ended;
      await Promise.all(running.values());
    },
  };
};
