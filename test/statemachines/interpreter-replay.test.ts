import { describe, expect, test } from '@jest/globals';
import { ExecutionHalted } from '#localcloud/states-language/abort-reasons';
import type { Definition } from '#localcloud/states-language/definition';
import type { ExecutionResult } from '#localcloud/states-language/execute';
import { execute } from '#localcloud/states-language/execute';
import { StatesFailure } from '#localcloud/states-language/failure';
import type { HistoryEvent } from '#localcloud/states-language/history-event';
import type { Journal, JournalEntry } from '#localcloud/states-language/journal';
import { isObject } from '#localcloud/states-language/json';
import { createRandom } from '#localcloud/random';
import { createVirtualClock } from '#test/helpers/virtual-clock';

/** What survives a crash: the entries that were flushed. */
type Disk = Map<string, JournalEntry>;

const crashingJournal = (disk: Disk, crashAtFlush: number, crash: () => void): Journal => {
  const entries = new Map(disk);
  let pending: [string, JournalEntry][] = [];
  let flushes = 0;
  const count = (all: Iterable<JournalEntry>): number =>
    [...all].filter(({ event }) => event !== undefined).length;
  return {
    read: (key) => entries.get(key),
    write: (key, entry) => {
      entries.set(key, entry);
      pending.push([key, entry]);
    },
    flush: () => {
      if (flushes >= crashAtFlush || pending.length === 0) return;
      for (const [key, entry] of pending) disk.set(key, structuredClone(entry));
      pending = [];
      flushes += 1;
      if (flushes === crashAtFlush) crash();
    },
    eventCount: () => count(entries.values()),
  };
};

const task = (FunctionName: string, more: object): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName, Payload: '{% $states.input %}' },
  ...more,
});

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Name',
  States: {
    Name: { Type: 'Pass', Assign: { id: '{% $uuid() %}' }, Output: '{% $random() %}', Next: 'First' },
    First: task('first', { Next: 'Hold' }),
    Hold: { Type: 'Wait', Seconds: 30, Next: 'Flaky' },
    Flaky: task('flaky', { Retry: [{ ErrorEquals: ['NotYet'], JitterStrategy: 'FULL' }], Next: 'Both' }),
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Left',
          States: { Left: task('left', { Next: 'Rest' }), Rest: { Type: 'Wait', Seconds: 5, End: true } },
        },
        {
          StartAt: 'Each',
          States: {
            Each: {
              Type: 'Map',
              Items: [0, 1, 2],
              MaxConcurrency: 2,
              ItemProcessor: { StartAt: 'Item', States: { Item: task('item', { End: true }) } },
              End: true,
            },
          },
        },
      ],
      Next: 'Risky',
    },
    Risky: task('risky', { Catch: [{ ErrorEquals: ['Broken'], Next: 'Saved' }], Next: 'Saved' }),
    Saved: { Type: 'Pass', Output: '{% $id %}', Next: 'Last' },
    Last: task('last', { Output: '{% $states.input = $id %}', End: true }),
  },
} as unknown as Definition;

/** The outside world: keeps count over crashes. */
const createWorld = (): {
  finished: string[];
  attempts: Set<string>;
  clock: ReturnType<typeof createVirtualClock>;
} => ({
  finished: [],
  attempts: new Set(),
  clock: createVirtualClock(),
});

const live = async (
  world: ReturnType<typeof createWorld>,
  disk: Disk,
  crashAtFlush: number,
): Promise<ExecutionResult | undefined> => {
  const life = new AbortController();
  const journal = crashingJournal(disk, crashAtFlush, () => life.abort(new ExecutionHalted()));
  try {
    const result = await execute({
      definition,
      input: {},
      executionName: 'e',
      executionArn: 'arn:aws:states:eu-central-1:000000000000:execution:m:e',
      stateMachineName: 'm',
      stateMachineArn: 'arn:aws:states:eu-central-1:000000000000:stateMachine:m',
      roleArn: 'arn:aws:iam::000000000000:role/m',
      startedAt: 0,
      signal: life.signal,
      region: 'eu-central-1',
      clock: world.clock,
      random: createRandom(),
      journal,
      tasks: {
        request: async (call) => {
          const { FunctionName, Payload } = isObject(call.arguments) ? call.arguments : {};
          const item = FunctionName === 'item' ? JSON.stringify(Payload) : '';
          const name = `${FunctionName as string}${item}`;
          world.finished.push(name);
          if (name === 'flaky') world.attempts.add(call.idempotencyKey);
          if (name === 'flaky' && world.attempts.size < 3) throw new StatesFailure('NotYet', undefined);
          if (name === 'risky') throw new StatesFailure('Broken', 'as expected');
          return name;
        },
        completion: async (_, submitted) => submitted,
      },
      callbacks: {
        open: () => undefined,
        answer: () => new Promise(() => undefined),
        lastHeartbeat: () => undefined,
        close: () => undefined,
      },
    });
    if (life.signal.aborted) return undefined;
    journal.flush();
    return result;
  } catch (error) {
    if (error instanceof ExecutionHalted) return undefined;
    throw error;
  }
};

const historyOf = (disk: Disk): HistoryEvent[] =>
  [...disk.values()].flatMap(({ event }) => event ?? []).toSorted((a, b) => a.id - b.id);

const typesOf = (disk: Disk): string[] =>
  historyOf(disk)
    .map(({ type }) => type)
    .toSorted();

describe('replay', () => {
  test('comes to the same end and history after a crash at any flush, repeating at most the calls under way', async () => {
    const undisturbed: Disk = new Map();
    const world = createWorld();
    expect(await live(world, undisturbed, Infinity)).toEqual({ status: 'SUCCEEDED', output: true });
    const calls = world.finished.length;
    expect(calls).toBe(10);

    let crashes = 0;
    for (let flush = 1; ; flush += 1) {
      const disk: Disk = new Map();
      const crashed = createWorld();
      if ((await live(crashed, disk, flush)) !== undefined) break;
      crashes += 1;
      expect(await live(crashed, disk, Infinity)).toEqual({ status: 'SUCCEEDED', output: true });
      expect(typesOf(disk)).toEqual(typesOf(undisturbed));
      expect(historyOf(disk).map(({ id }) => id)).toEqual(historyOf(disk).map((_, index) => index + 1));
      // Flaky and the parallel branches have at most three calls under way at once.
      expect(crashed.finished.length - calls).toBeLessThanOrEqual(3);
    }
    expect(crashes).toBeGreaterThan(20);
  });

  test('comes to the same end when it crashes after every single flush', async () => {
    const disk: Disk = new Map();
    const world = createWorld();
    let result: ExecutionResult | undefined;
    for (let lives = 0; result === undefined && lives < 500; lives += 1) result = await live(world, disk, 1);
    expect(result).toEqual({ status: 'SUCCEEDED', output: true });
  });
});
