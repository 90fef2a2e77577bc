import type { Announce } from '#pipeline/announce';
import { asCloudUnavailable } from '#pipeline/as-cloud-unavailable';
import type { Clock } from '#pipeline/clock';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Logger } from '#pipeline/log';
import type { Placement } from '#pipeline/placement';
import type { Cause } from '#test/invariants/history';
import { placement, quietLog } from '#test/helpers/pipeline-fixtures';
import { createSimulatedDocuments } from './documents.ts';
import { stateDocumentFacts } from './document-facts.ts';
import type { Execution } from './executions.ts';
import { createClients } from './wire.ts';
import type { Clients, Invocation } from './wire.ts';
import { count } from './world.ts';
import type { World } from './world.ts';

/** What every function of the pipeline is given. */
export interface Deps extends Clients {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: Announce;
  readonly placement: Placement;
  readonly stack: string;
  readonly bucket: string;
}

/** Lambda lost the function: whether what it did came to anything is unknown. */
class FunctionDiedError extends Error {
  constructor(name: string) {
    super('the function died');
    this.name = name;
  }
}

/** Calls of a function before the latest point at which it may die. */
const LATEST_CRASH = 25;

const createInvocation = (
  world: World,
  execution: Execution | undefined,
  cause: Cause,
  reject: (error: Error) => void,
): Invocation => {
  const { faults, random, timeline } = world;
  return {
    name: execution?.arn ?? 'people',
    cause,
    alive: true,
    callsLeft:
      execution !== undefined && random.chance(faults.crash) ? random.whole(1, LATEST_CRASH) : Infinity,
    onDeath: () => {
      count(world, 'functions that died');
      const timedOut = random.chance(0.3);
      // Lambda tells at once, or the state's time is up.
      timeline.after(timedOut ? 90_000 : 1000, () => {
        reject(new FunctionDiedError(timedOut ? 'Sandbox.Timedout' : 'Lambda.Unknown'));
      });
    },
  };
};

const createDeps = (world: World, invocation: Invocation, skew: number): Deps => {
  const { timeline, random, faults, calls, documents } = world;
  const wire = { timeline, random, faults };
  return {
    ...createClients(invocation, { ...wire, calls }),
    documents: createSimulatedDocuments(documents, invocation, wire, (key, before, after) => {
      stateDocumentFacts(world, key, before, after);
    }),
    clock: {
      now: () => new Date(timeline.now() + skew),
      monotonic: () => timeline.now(),
      delay: (milliseconds) => timeline.delay(milliseconds),
    },
    log: quietLog,
    announce: (announcement) => {
      count(world, announcement);
      return Promise.resolve();
    },
    placement,
    stack: world.stack,
    bucket: world.bucket,
  };
};

/**
 * Runs a function of the pipeline as Lambda does: it starts a moment later, may die at any of its calls, and dies with its
 * execution.
 */
export const invoke = async <T>(
  world: World,
  {
    execution,
    cause,
    skew = 0,
  }: { readonly execution?: Execution; readonly cause: Cause; readonly skew?: number },
  body: (deps: Deps) => Promise<T>,
): Promise<T> => {
  await world.timeline.delay(world.random.whole(10, 150));
  if (execution !== undefined && execution.status !== 'RUNNING') return new Promise(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const invocation = createInvocation(world, execution, cause, reject);
    if (execution !== undefined) execution.invocation = invocation;
    body(createDeps(world, invocation, skew)).then(
      (result) => {
        if (invocation.alive) resolve(result);
      },
      (thrown: unknown) => {
        const error = asCloudUnavailable(thrown);
        if (invocation.alive) reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
};
