import { AwsError } from '../../errors.ts';
import type { Collection } from '../../store.ts';
import type { LambdaDeps } from './deps.ts';
import { deliveryTimes } from '../../faults/delivery-times.ts';
import { sendToDeadLetterQueue } from './dead-letter.ts';
import { sendToDestination } from './destinations.ts';
import type { InvocationOutcome } from './execution-environment.ts';
import { qualifiedKey } from './function-store.ts';
import type { FunctionReference } from './names.ts';
import { functionArn } from './names.ts';

/** An asynchronous invocation that waits for its function. Times in milliseconds since the epoch. */
export interface QueuedEvent {
  readonly id: string;
  readonly reference: FunctionReference;
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly receivedAt: number;
  readonly notBefore: number;
  /** Runs that ended with a function error. */
  readonly failures: number;
  /** Runs put off because there was no room. */
  readonly throttles: number;
}

/** Lambda's queue of asynchronous invocations: durable, at least once. */
export interface AsyncEvents {
  /** The event is stored when this returns. */
  enqueue(event: Pick<QueuedEvent, 'reference' | 'payload' | 'requestId'>): void;
  start(): void;
  stop(): Promise<void>;
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: two retries, after one and two
// minutes; events are kept for 6 hours; throttled events are tried again after 1 second to 5 minutes.
const defaultRetries = 2;
const defaultAgeSeconds = 6 * 3600;
const retryMilliseconds = (failures: number): number => (failures <= 1 ? 60_000 : 120_000);
const throttleMilliseconds = (throttles: number): number => Math.min(1000 * 2 ** throttles, 300_000);

const isThrottle = (error: unknown): boolean =>
  error instanceof AwsError && error.code === 'TooManyRequestsException';

type Verdict =
  | { readonly kind: 'later'; readonly event: QueuedEvent }
  | { readonly kind: 'done'; readonly condition: string; readonly outcome?: InvocationOutcome };

const judge = (deps: LambdaDeps, event: QueuedEvent, outcome: InvocationOutcome): Verdict => {
  if (outcome.error === undefined) return { kind: 'done', condition: 'Success', outcome };
  const limits = deps.store.eventInvokes.get(qualifiedKey(event.reference));
  const failures = event.failures + 1;
  if (failures > (limits?.maximumRetryAttempts ?? defaultRetries)) {
    return { kind: 'done', condition: 'RetriesExhausted', outcome };
  }
  const notBefore = deps.context.clock.now() + retryMilliseconds(failures);
  const ageSeconds = (notBefore - event.receivedAt) / 1000;
  if (ageSeconds > (limits?.maximumEventAgeSeconds ?? defaultAgeSeconds)) {
    return { kind: 'done', condition: 'EventAgeExceeded', outcome };
  }
  return { kind: 'later', event: { ...event, failures, notBefore } };
};

const attempt = async (deps: LambdaDeps, event: QueuedEvent): Promise<Verdict> => {
  try {
    const target = deps.store.target(event.reference);
    const outcome = await deps.pool.invoke(target, {
      requestId: event.requestId,
      payload: event.payload,
      invokedArn: target.invokedArn,
    });
    return judge(deps, event, outcome);
  } catch (error) {
    if (!isThrottle(error)) throw error;
    const notBefore = deps.context.clock.now() + throttleMilliseconds(event.throttles);
    return { kind: 'later', event: { ...event, throttles: event.throttles + 1, notBefore } };
  }
};

/** Opens the queue; nothing runs before `start`. */
export const createAsyncEvents = (deps: LambdaDeps): AsyncEvents => {
  const { clock, faults, log, random, store } = deps.context;
  const queue: Collection<QueuedEvent> = store.collection('lambda.async-event');
  const running = new Set<Promise<void>>();
  let stopping = new AbortController();

  const arnsOf = ({ reference }: Pick<QueuedEvent, 'reference'>) => [functionArn(deps.context, reference)];

  const redeliver = (event: QueuedEvent): void => {
    for (const { redeliverMs = 0 } of faults.ofDelivery('after', 'async-invoke', arnsOf(event)))
      add({ ...event, failures: 0, throttles: 0 }, redeliverMs);
  };

  const process = async (first: QueuedEvent): Promise<void> => {
    const { signal } = stopping;
    let event = first;
    for (;;) {
      const wait = event.notBefore - clock.now();
      if (wait > 0) await clock.delay(wait, signal);
      const verdict = await attempt(deps, event);
      // A run that the stop cut short counts as not begun: the next start repeats it.
      if (signal.aborted) return;
      if (verdict.kind === 'later') {
        event = verdict.event;
        queue.put(event.id, event);
        continue;
      }
      if (verdict.outcome !== undefined) {
        await sendToDestination(deps, event, verdict.outcome, verdict.condition);
        await sendToDeadLetterQueue(deps, event, verdict.outcome);
      }
      queue.delete(event.id);
      if (verdict.condition === 'Success') redeliver(event);
      return;
    }
  };

  const run = (event: QueuedEvent): void => {
    const { signal } = stopping;
    const task: Promise<void> = process(event)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        queue.delete(event.id);
        log('warn', 'asynchronous invocation dropped', { event: event.id, error: String(error) });
      })
      .finally(() => running.delete(task));
    running.add(task);
  };

  const add = (event: Omit<QueuedEvent, 'id' | 'notBefore'>, wait: number): void => {
    const now = clock.now();
    const id = `${String(now).padStart(15, '0')}-${random.hex(16)}`;
    const queued = { ...event, id, notBefore: now + wait };
    queue.put(id, queued);
    run(queued);
  };

  return {
    enqueue: ({ reference, payload, requestId }) => {
      const struck = faults.ofDelivery('before', 'async-invoke', arnsOf({ reference }));
      const receivedAt = clock.now();
      for (const wait of deliveryTimes(struck, () => faults.chance()))
        add({ reference, requestId, payload, receivedAt, failures: 0, throttles: 0 }, wait);
    },
    start: () => {
      stopping = new AbortController();
      for (const event of queue.list()) run(event);
    },
    stop: async () => {
      stopping.abort();
      await deps.pool.stop();
      await Promise.all(running);
    },
  };
};
