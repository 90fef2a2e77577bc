import type { CloudContext } from '../../cloud-context.ts';
import { AwsError } from '../../errors.ts';
import { deliveryTimes } from '../../faults/delivery-times.ts';
import { sendToDeadLetterQueue } from './dead-letter.ts';
import { invokeTarget } from './invoke-target.ts';
import type { Invocation } from './model.ts';

/** The runs that are on their way: durable, tried again as their target's retry policy says. */
export interface InvocationQueue {
  /** Durable on return, or with the transaction around the call. */
  add(invocation: Omit<Invocation, 'id' | 'attempts'>): void;
  /** Some run of the schedule is still on its way. */
  has(group: string, schedule: string): boolean;
  start(): void;
  stop(): Promise<void>;
}

// Defaults of a target's RetryPolicy: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
const defaultRetries = 185;
const defaultAgeSeconds = 86_400;
const firstRetryMilliseconds = 250;
const longestRetryMilliseconds = 300_000;
// What is still under way at a stop is tried again after the next start.
const patienceMilliseconds = 2000;
// Trying again does not help.
const permanent =
  /AccessDenied|Unauthorized|NotFound|DoesNotExist|NonExistent|NotImplemented|Validation|Invalid|Malformed/;

type Verdict =
  | { readonly kind: 'later'; readonly notBefore: number }
  | { readonly kind: 'over'; readonly exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' };

/** Opens the queue; `onSettled` hears of each run that is over, whichever way. */
export const openInvocationQueue = (
  context: CloudContext,
  onSettled: (invocation: Invocation) => void,
): InvocationQueue => {
  const { clock, faults, log, random, store } = context;
  // Keys begin with the time: what was missed is made up in order.
  const documents = store.collection<Invocation>('scheduler.invocation');
  const keyOf = ({ scheduledAt, id }: Invocation): string => `${String(scheduledAt).padStart(15, '0')}-${id}`;
  const running = new Set<Promise<void>>();
  let stopping = new AbortController();
  let open = false;

  const arnsOf = ({ target, scheduleArn }: Pick<Invocation, 'target' | 'scheduleArn'>) => [
    target.Arn,
    scheduleArn,
  ];

  const judge = ({ target, attempts, dueAt }: Invocation, error: Error): Verdict => {
    const {
      MaximumRetryAttempts: retries = defaultRetries,
      MaximumEventAgeInSeconds: age = defaultAgeSeconds,
    } = target.RetryPolicy ?? {};
    if (error instanceof AwsError && permanent.test(error.code)) return { kind: 'over' };
    if (attempts >= retries) return { kind: 'over', exhausted: 'MaximumRetryAttempts' };
    const pause = Math.min(firstRetryMilliseconds * 2 ** attempts, longestRetryMilliseconds);
    const notBefore = Math.ceil(clock.now() + pause * (0.5 + random.fraction() / 2));
    if (notBefore > dueAt + age * 1000) return { kind: 'over', exhausted: 'MaximumEventAgeInSeconds' };
    return { kind: 'later', notBefore };
  };

  const settle = (invocation: Invocation): void => {
    store.transaction(() => {
      documents.delete(keyOf(invocation));
      onSettled(invocation);
    });
  };

  const process = async (first: Invocation): Promise<void> => {
    for (let invocation = first; ;) {
      const wait = invocation.notBefore - clock.now();
      if (wait > 0) await clock.delay(wait, stopping.signal);
      const error = await invokeTarget(context, invocation).then(
        () => undefined,
        (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
      );
      if (!open) return;
      if (error === undefined) {
        settle(invocation);
        for (const { redeliverMs = 0 } of faults.ofDelivery('after', 'schedule', arnsOf(invocation)))
          add(invocation, clock.now() + redeliverMs);
        return;
      }
      const verdict = judge(invocation, error);
      log('warn', 'schedule did not reach its target', {
        schedule: invocation.scheduleArn,
        attempts: invocation.attempts + 1,
        error: error.message,
      });
      if (verdict.kind === 'over') {
        await sendToDeadLetterQueue(context, { invocation, error, exhausted: verdict.exhausted });
        return settle(invocation);
      }
      invocation = { ...invocation, attempts: invocation.attempts + 1, notBefore: verdict.notBefore };
      documents.put(keyOf(invocation), invocation);
    }
  };

  const run = (invocation: Invocation): void => {
    const { signal } = stopping;
    const task: Promise<void> = process(invocation)
      .catch((error: unknown) => {
        if (!signal.aborted) log('error', 'a run of a schedule broke off', { error: String(error) });
      })
      .finally(() => running.delete(task));
    running.add(task);
  };

  const add = (given: Omit<Invocation, 'id' | 'attempts'>, notBefore: number): void => {
    const invocation: Invocation = { ...given, notBefore, id: random.uuid(), attempts: 0 };
    const key = keyOf(invocation);
    documents.put(key, invocation);
    // Not before the transaction around this call is over, which may undo it.
    setImmediate(() => {
      if (open && documents.get(key) !== undefined) run(invocation);
    });
  };

  return {
    add: (given) => {
      const struck = faults.ofDelivery('before', 'schedule', arnsOf(given));
      for (const wait of deliveryTimes(struck, () => faults.chance())) add(given, given.notBefore + wait);
    },
    has: (group, schedule) =>
      documents.list().some((each) => each.group === group && each.schedule === schedule),
    start: () => {
      stopping = new AbortController();
      open = true;
      for (const invocation of documents.list()) run(invocation);
    },
    stop: async () => {
      stopping.abort();
      const patience = new AbortController();
      const tooLong = clock.delay(patienceMilliseconds, patience.signal).catch(() => undefined);
      await Promise.race([Promise.allSettled(running), tooLong]);
      patience.abort();
      open = false;
    },
  };
};
