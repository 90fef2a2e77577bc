import type { CloudContext } from '../../cloud-context.ts';

/** Those who wait for a message ("long polling"). */
export interface Receivers {
  /** A message is there: all who wait at the queue look again. */
  wake(queue: string): void;
  /** Waits until woken, or until the time is over, or `signal`, or `stop`. */
  wait(queue: string, milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** True from `stop` on: nobody waits any more. */
  readonly stopped: boolean;
  stop(): void;
}

/** Creates the waiting room. */
export const createReceivers = ({ clock }: CloudContext): Receivers => {
  const waiting = new Map<string, Set<AbortController>>();
  const stopping = new AbortController();
  return {
    wake: (queue) => {
      for (const receiver of waiting.get(queue) ?? []) receiver.abort();
    },
    wait: async (queue, milliseconds, signal) => {
      const woken = new AbortController();
      const here = waiting.get(queue) ?? new Set();
      waiting.set(queue, here.add(woken));
      const signals = [stopping.signal, woken.signal, ...(signal === undefined ? [] : [signal])];
      await clock.delay(milliseconds, AbortSignal.any(signals)).catch(() => undefined);
      here.delete(woken);
      if (here.size === 0) waiting.delete(queue);
    },
    get stopped() {
      return stopping.signal.aborted;
    },
    stop: () => stopping.abort(),
  };
};
