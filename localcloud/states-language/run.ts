import type { Definition } from './definition.ts';
import type { EventDetails, HistoryEvent } from './history-event.ts';
import { maximumEvents } from './history-event.ts';
import { BranchAborted, StatesFailure } from './failure.ts';
import type { Journal } from './journal.ts';
import type { Json, JsonObject } from './json.ts';
import type { Callbacks, Clock, Random, TaskRunner } from './ports.ts';

/** What an execution needs from its surroundings. */
export interface RunPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly tasks: TaskRunner;
  readonly callbacks: Callbacks;
  readonly region: string;
}

/** One execution while it runs. */
export interface Run extends RunPorts {
  readonly definition: Definition;
  /** `$states.context` without the parts that depend on the state. */
  readonly context: JsonObject;
  readonly executionArn: string;
  /** JSONata functions that Step Functions adds. */
  readonly functions: Readonly<Record<string, unknown>>;
}

/** A line of states that run one after the other: the machine itself, a branch of Parallel, an iteration of Map. */
export interface Branch {
  /** Prefix of the journal keys of its states, unique in the execution. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Variables of this scope and, through the prototype, of the scopes around it. */
  readonly variables: Record<string, Json>;
  /** `$states.context.Map` inside an iteration. */
  readonly mapContext?: JsonObject;
  /** Id of the event that the next one follows. */
  lastEventId: number;
  /** Type of the state it is in, for the events of an abort. */
  currentType?: string;
}

type EventType = HistoryEvent['type'];

/** Writes an event, or finds it in the journal when it was written before a restart; returns its id. */
export const emit = (
  run: Run,
  key: string,
  type: EventType,
  previousEventId: number,
  details: EventDetails = {},
  value?: unknown,
): number => {
  const known = run.journal.read(key)?.event;
  if (known !== undefined) return known.id;
  const id = run.journal.eventCount() + 1;
  if (id >= maximumEvents && !type.startsWith('Execution')) {
    throw new StatesFailure(
      'States.Runtime',
      `The execution reached the maximum number of history events (${maximumEvents}).`,
    );
  }
  const event: HistoryEvent = { id, previousEventId, type, timestamp: run.clock.now(), ...details };
  run.journal.write(key, value === undefined ? { event } : { event, value });
  return id;
};

/** Writes an event that the branch's next event follows. */
export const emitInBranch = (
  run: Run,
  branch: Branch,
  key: string,
  type: EventType,
  details: EventDetails = {},
  value?: unknown,
): number => {
  if (branch.signal.aborted) throw new BranchAborted();
  branch.lastEventId = emit(run, key, type, branch.lastEventId, details, value);
  return branch.lastEventId;
};

/** A fact decided once (a deadline, a random delay) and remembered over restarts. */
export const remember = <T>(run: Run, key: string, decide: () => T): T => {
  const known = run.journal.read(key);
  if (known !== undefined) return known.value as T;
  const value = decide();
  run.journal.write(key, { value });
  return value;
};

// Timers of Node hold at most 2^31-1 milliseconds.
const longestDelay = 2 ** 31 - 1;

/** Waits until a point in time (milliseconds since the epoch); a clock that is set meanwhile changes nothing. */
export const waitUntil = async (run: Run, until: number, signal: AbortSignal): Promise<void> => {
  run.journal.flush();
  for (let left = until - run.clock.now(); left > 0; left -= longestDelay) {
    try {
      await run.clock.delay(Math.min(left, longestDelay), signal);
    } catch (error) {
      throw signal.aborted ? new BranchAborted() : error;
    }
  }
  if (signal.aborted) throw new BranchAborted();
};
