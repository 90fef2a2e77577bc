import type { Lifecycle } from '../../service.ts';
import type { AlarmEvaluator } from './alarm-evaluator.ts';
import type { CloudWatchScope } from './scope.ts';

const TURN_MILLISECONDS = 1_000;
const PRUNE_MILLISECONDS = 60_000;

/** The background of the service: once a second data is written and alarms are evaluated, once a minute old data goes. */
export const createUpkeep = (
  { context: { clock, log }, metrics }: CloudWatchScope,
  evaluator: AlarmEvaluator,
): Lifecycle => {
  let over = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let prunedAt = 0;

  const turn = (): void => {
    metrics.flush();
    evaluator.evaluateDue();
    if (clock.now() - prunedAt < PRUNE_MILLISECONDS) return;
    prunedAt = clock.now();
    metrics.prune();
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        turn();
      } catch (error) {
        log('error', 'the upkeep of metrics failed', { error: String(error) });
      }
      await clock.delay(TURN_MILLISECONDS, signal).catch(() => undefined);
    }
  };
  return {
    start: async () => {
      over = new AbortController();
      loop = run(over.signal);
    },
    stop: async () => {
      over.abort();
      await loop;
      metrics.flush();
    },
  };
};
