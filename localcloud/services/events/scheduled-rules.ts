import type { CloudContext } from '../../cloud-context.ts';
import type { EventRouter } from './event-router.ts';
import { completeEvent } from './event-router.ts';
import type { EventStore } from './event-store.ts';
import { parseSchedule } from './schedule.ts';

/** Fires the rules that have a `ScheduleExpression`. */
export interface ScheduledRules {
  start(): void;
  stop(): Promise<void>;
}

// Rules may change at any time: look at least this often.
const pollMilliseconds = 1000;

/** Creates the loop; a time that passed while the local cloud was off is skipped. */
export const createScheduledRules = (
  context: CloudContext,
  events: EventStore,
  router: EventRouter,
): ScheduledRules => {
  const { clock } = context;
  let over = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const fireDue = (since: number, now: number): void => {
    for (const { record } of events.rules('default')) {
      if (record.state === 'DISABLED' || record.scheduleExpression === undefined) continue;
      const from = record.scheduledFrom ?? since;
      const at = parseSchedule(record.scheduleExpression)?.next(from, Math.max(since, from));
      if (at === undefined || at > now) continue;
      const event = {
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        resources: [record.arn],
        detail: {},
      };
      context.store.transaction(() => router.queue(record, completeEvent(context, event, at)));
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let since = clock.now();
    while (!signal.aborted) {
      await clock.delay(pollMilliseconds, signal).catch(() => undefined);
      if (signal.aborted) return;
      const now = clock.now();
      try {
        fireDue(since, now);
      } catch (error) {
        context.log('error', 'scheduled rules could not be fired', { error: String(error) });
      }
      since = now;
    }
  };

  return {
    start: () => {
      over = new AbortController();
      loop = run(over.signal);
    },
    stop: async () => {
      over.abort();
      await loop;
    },
  };
};
