import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { CloudContext } from '../../cloud-context.ts';
import { deliveryTimes } from '../../faults/delivery-times.ts';

/** One event on its way to one target. */
export interface Delivery {
  readonly id: number;
  readonly eventId: string;
  readonly ruleArn: string;
  readonly target: EventBridge.Target;
  /** JSON text for the target. */
  readonly input: string;
  /** The whole event as JSON, for targets that are buses. */
  readonly event: string;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What became of an attempt. */
export type Attempt = { readonly done: true } | ({ readonly done: false; readonly retry: boolean } & Failure);

/** Why a target was not reached. */
export interface Failure {
  /** One of EventBridge's, for example `NO_PERMISSIONS`. */
  readonly code: string;
  readonly reason: string;
}

/** A failure after which nothing more is tried. */
export interface FinalFailure extends Failure {
  /** Which limit of the retry policy was reached; absent when trying again would not have helped. */
  readonly exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
}

/** A durable queue of deliveries. */
export interface DeliveryQueue {
  /** Durable on return, or with the transaction around the call. */
  add(delivery: Omit<Delivery, 'id' | 'attempts' | 'createdAt'>): void;
  start(): void;
  stop(): Promise<void>;
}

interface Row {
  readonly id: number;
  readonly event_id: string;
  readonly rule: string;
  readonly target: string;
  readonly input: string;
  readonly event: string;
  readonly attempts: number;
  readonly created: number;
}

const schema = `
create table if not exists events_delivery (
  id integer primary key, event_id text not null, rule text not null, target text not null, input text not null,
  event text not null, attempts integer not null, created integer not null, due integer not null
);
create index if not exists events_delivery_due on events_delivery (due);
`;

// Defaults of a target's RetryPolicy: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
const defaultAttempts = 185;
const defaultAgeSeconds = 86_400;
const firstRetryMilliseconds = 250;
const longestRetryMilliseconds = 300_000;
const mostInFlight = 64;
// What is still under way at a stop is delivered again after the next start.
const patienceMilliseconds = 2000;

const fromRow = (row: Row): Delivery => ({
  id: row.id,
  eventId: row.event_id,
  ruleArn: row.rule,
  target: JSON.parse(row.target) as EventBridge.Target,
  input: row.input,
  event: row.event,
  attempts: row.attempts,
  createdAt: row.created,
});

/** Opens the queue; `deliver` makes one attempt, `giveUp` hears of the last one that failed; neither rejects. */
export const openDeliveryQueue = (
  context: CloudContext,
  deliver: (delivery: Delivery) => Promise<Attempt>,
  giveUp: (delivery: Delivery, failure: FinalFailure) => Promise<void>,
): DeliveryQueue => {
  const { clock, faults, log } = context;
  const { database } = context.store;
  database.exec(schema);
  const insert = database.prepare(
    'insert into events_delivery (event_id, rule, target, input, event, attempts, created, due) values (?, ?, ?, ?, ?, 0, ?, ?)',
  );
  const due = database.prepare('select * from events_delivery where due <= ? order by due, id limit ?');
  const later = database.prepare('update events_delivery set attempts = attempts + 1, due = ? where id = ?');
  const remove = database.prepare('delete from events_delivery where id = ?');
  const nextDue = database.prepare('select min(due) as due from events_delivery where due > ?');
  const inFlight = new Map<number, Promise<void>>();
  let timer: AbortController | undefined;
  let running = false;
  let woken = false;

  const arnsOf = ({ target, ruleArn }: Pick<Delivery, 'target' | 'ruleArn'>) => [target.Arn, ruleArn];

  const queue = (delivery: Omit<Delivery, 'id' | 'attempts' | 'createdAt'>, at: number): void => {
    const { eventId, ruleArn, target, input, event } = delivery;
    insert.run(eventId, ruleArn, JSON.stringify(target), input, event, at, at);
  };

  const settle = async (delivery: Delivery, attempt: Attempt): Promise<void> => {
    if (attempt.done) {
      remove.run(delivery.id);
      for (const { redeliverMs = 0 } of faults.ofDelivery('after', 'rule-target', arnsOf(delivery)))
        queue(delivery, clock.now() + redeliverMs);
      return;
    }
    const {
      MaximumRetryAttempts: retries = defaultAttempts,
      MaximumEventAgeInSeconds: age = defaultAgeSeconds,
    } = delivery.target.RetryPolicy ?? {};
    const facts = {
      rule: delivery.ruleArn,
      target: delivery.target.Arn,
      event: delivery.eventId,
      reason: attempt.reason,
    };
    const pause = Math.min(firstRetryMilliseconds * 2 ** delivery.attempts, longestRetryMilliseconds);
    const at = clock.now() + pause * (0.5 + context.random.fraction() / 2);
    const isTooOften = delivery.attempts >= retries;
    if (!attempt.retry || isTooOften || at > delivery.createdAt + age * 1000) {
      log('error', 'event not delivered, given up', { ...facts, attempts: delivery.attempts + 1 });
      const exhausted = isTooOften ? 'MaximumRetryAttempts' : 'MaximumEventAgeInSeconds';
      const { code, reason } = attempt;
      await giveUp(delivery, { code, reason, ...(attempt.retry ? { exhausted } : {}) });
      remove.run(delivery.id);
      return;
    }
    log('warn', 'event not delivered yet', { ...facts, attempts: delivery.attempts + 1 });
    later.run(Math.ceil(at), delivery.id);
  };

  const attempt = async (delivery: Delivery): Promise<void> => {
    const result = await deliver(delivery);
    // What was under way when the process stopped is delivered again after the next start.
    if (running) await settle(delivery, result);
  };

  const armTimer = (now: number): void => {
    timer?.abort();
    const { due: at } = nextDue.get(now) as { due: number | null };
    if (at === null) return;
    const controller = new AbortController();
    timer = controller;
    clock.delay(Math.min(at - now, longestRetryMilliseconds), controller.signal).then(wake, () => undefined);
  };

  const pump = (): void => {
    woken = false;
    if (!running) return;
    const now = clock.now();
    const rows = due.all(now, mostInFlight * 2) as unknown as Row[];
    for (const row of rows) {
      if (inFlight.size >= mostInFlight) break;
      if (inFlight.has(row.id)) continue;
      const work = attempt(fromRow(row))
        .catch((error: unknown) => log('error', 'event delivery broke off', { error: String(error) }))
        .finally(() => {
          inFlight.delete(row.id);
          wake();
        });
      inFlight.set(row.id, work);
    }
    armTimer(now);
  };

  const wake = (): void => {
    if (woken || !running) return;
    woken = true;
    setImmediate(pump);
  };

  return {
    add: (delivery) => {
      const struck = faults.ofDelivery('before', 'rule-target', arnsOf(delivery));
      for (const wait of deliveryTimes(struck, () => faults.chance())) queue(delivery, clock.now() + wait);
      wake();
    },
    start: () => {
      running = true;
      wake();
    },
    stop: async () => {
      running = false;
      timer?.abort();
      const patience = new AbortController();
      const tooLong = clock.delay(patienceMilliseconds, patience.signal).catch(() => undefined);
      await Promise.race([Promise.allSettled(inFlight.values()), tooLong]);
      patience.abort();
    },
  };
};
