import type { CloudContext } from '../../cloud-context.ts';
import type { InvocationQueue } from './invocation-queue.ts';
import type { ScheduleRecord } from './model.ts';
import { latestRun, nextRun } from './occurrences.ts';
import type { ScheduleStore } from './schedule-store.ts';

/** Turns times into runs. */
export interface Planner {
  /** Some schedule has changed. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

interface DueRun {
  readonly schedule: ScheduleRecord;
  readonly scheduledAt: number;
}

// A laptop that slept has another time than its timers; AWS itself keeps the minute.
const longestNapMilliseconds = 30_000;

const randomDelay = ({ random }: CloudContext, windowMinutes: number): number =>
  Math.floor(random.fraction() * windowMinutes * 60_000);

/** Creates the planner. Of the runs that passed while the local cloud was off, the latest is made up for, once. */
export const createPlanner = (
  context: CloudContext,
  store: ScheduleStore,
  invocations: InvocationQueue,
): Planner => {
  const { clock, log } = context;
  let stopping = new AbortController();
  let nap = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const plan = ({ schedule, scheduledAt }: DueRun, now: number): void => {
    const { nextAt: _, ...rest } = schedule;
    const nextAt = nextRun(schedule, now);
    const dueAt = now + randomDelay(context, schedule.windowMinutes);
    context.store.transaction(() => {
      invocations.add({
        group: schedule.group,
        schedule: schedule.name,
        scheduleArn: schedule.arn,
        scheduledAt,
        notBefore: dueAt,
        dueAt,
        target: schedule.target,
      });
      store.put({ ...rest, ...(nextAt === undefined ? {} : { nextAt }) });
    });
  };

  // In the order of their times: "on" may have to follow "off" when both were missed.
  const dueRuns = (now: number): DueRun[] =>
    store
      .schedules()
      .flatMap((schedule) => {
        const { nextAt = Infinity } = schedule;
        return nextAt <= now ? [{ schedule, scheduledAt: latestRun(schedule, nextAt, now) }] : [];
      })
      .toSorted((left, right) => left.scheduledAt - right.scheduledAt);

  const planDue = (now: number): void => {
    for (const due of dueRuns(now)) {
      try {
        plan(due, now);
      } catch (error) {
        log('error', 'a schedule could not be run', { schedule: due.schedule.arn, error: String(error) });
      }
    }
  };

  const nextAfter = (now: number): number =>
    Math.min(...store.schedules().map(({ nextAt = Infinity }) => (nextAt > now ? nextAt : Infinity)));

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      nap = new AbortController();
      const now = clock.now();
      planDue(now);
      const milliseconds = Math.min(nextAfter(now) - now, longestNapMilliseconds);
      await clock.delay(milliseconds, AbortSignal.any([signal, nap.signal])).catch(() => undefined);
    }
  };

  return {
    wake: () => nap.abort(),
    start: () => {
      stopping = new AbortController();
      loop = run(stopping.signal);
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
};
