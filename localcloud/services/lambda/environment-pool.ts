import { stopping, throttled } from './errors.ts';
import type {
  EnvironmentDeps,
  ExecutionEnvironment,
  Invocation,
  InvocationOutcome,
} from './execution-environment.ts';
import { startExecutionEnvironment } from './execution-environment.ts';
import type { InvocationTarget } from './model.ts';
import { credentialSeconds } from './runtime-environment.ts';

/** Warm execution environments of all functions. */
export interface EnvironmentPool {
  /** Runs an invocation in a warm environment, or starts one; throws when there is no room. */
  invoke(target: InvocationTarget, invocation: Invocation): Promise<InvocationOutcome>;
  /** Ends the environments of a revision; invocations that run in them finish first. */
  retire(revisionId: string): void;
  stop(): Promise<void>;
}

const idleMilliseconds = 5 * 60_000;
// AWS's account limit is 1,000; a laptop holds fewer processes.
const concurrencyLimit = 50;
// A warm environment costs the memory of a Node.js process.
const idleLimit = 16;
const oldestMilliseconds = (credentialSeconds - 3600) * 1000;

interface Entry {
  readonly functionName: string;
  readonly revisionId: string;
  readonly environment: ExecutionEnvironment;
  /** Ends the wait for the next invocation. */
  idle?: AbortController;
}

/** Creates an empty pool. */
export const createEnvironmentPool = (deps: EnvironmentDeps): EnvironmentPool => {
  const { clock, log } = deps.context;
  const entries = new Set<Entry>();
  const retired = new Set<string>();
  const running = new Map<string, number>();
  let stopped = false;
  let total = 0;

  const dispose = async (entry: Entry): Promise<void> => {
    entries.delete(entry);
    entry.idle?.abort();
    await entry.environment.dispose().catch((error: unknown) => {
      log('warn', 'execution environment not cleaned up', {
        functionName: entry.functionName,
        error: String(error),
      });
    });
  };

  const keepWarm = (entry: Entry): void => {
    const idle = new AbortController();
    entry.idle = idle;
    void clock.delay(idleMilliseconds, idle.signal).then(
      () => dispose(entry),
      () => undefined,
    );
  };

  const trimIdle = (): void => {
    const idle = [...entries].filter((entry) => entry.idle !== undefined);
    for (const entry of idle.slice(0, Math.max(0, idle.length - idleLimit))) void dispose(entry);
  };

  const fresh = ({ environment, revisionId }: Entry): boolean =>
    environment.usable() &&
    !stopped &&
    !retired.has(revisionId) &&
    clock.now() - environment.startedAt < oldestMilliseconds;

  const takeWarm = (revisionId: string): Entry | undefined => {
    for (const entry of entries) {
      if (entry.revisionId !== revisionId || entry.idle === undefined) continue;
      entry.idle.abort();
      delete entry.idle;
      if (fresh(entry)) return entry;
      void dispose(entry);
    }
    return undefined;
  };

  const start = async (target: InvocationTarget): Promise<Entry> => {
    const environment = await startExecutionEnvironment(deps, target);
    const entry: Entry = { functionName: target.name, revisionId: target.revisionId, environment };
    entries.add(entry);
    return entry;
  };

  const enter = (target: InvocationTarget): (() => void) => {
    const ofFunction = running.get(target.name) ?? 0;
    if (target.reservedConcurrency !== undefined && ofFunction >= target.reservedConcurrency) {
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (total >= concurrencyLimit) throw throttled('ConcurrentInvocationLimitExceeded');
    running.set(target.name, ofFunction + 1);
    total += 1;
    return () => {
      running.set(target.name, (running.get(target.name) ?? 1) - 1);
      total -= 1;
    };
  };

  return {
    invoke: async (target, invocation) => {
      const leave = enter(target);
      try {
        const entry = takeWarm(target.revisionId) ?? (await start(target));
        const outcome = await entry.environment.run(invocation);
        // The stop killed the runtime: that is no error of the function.
        if (stopped) throw stopping();
        if (fresh(entry)) {
          keepWarm(entry);
          trimIdle();
        } else await dispose(entry);
        return outcome;
      } finally {
        leave();
      }
    },
    retire: (revisionId) => {
      retired.add(revisionId);
      for (const entry of entries) {
        if (entry.revisionId === revisionId && entry.idle !== undefined) void dispose(entry);
      }
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...entries].map(dispose));
    },
  };
};
