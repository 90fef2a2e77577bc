import { describe, expect, test } from '@jest/globals';
import type { Definition } from '#localcloud/states-language/definition';
import { execute } from '#localcloud/states-language/execute';
import type { ExecutionResult } from '#localcloud/states-language/execute';
import type { Journal, JournalEntry } from '#localcloud/states-language/journal';
import type { CallbackAnswer } from '#localcloud/states-language/ports';
import { createVirtualClock } from '#test/helpers/virtual-clock';

/** What is left on disk when the process is killed. */
interface Disk {
  readonly journal: ReadonlyMap<string, JournalEntry>;
  /** By token; a closed one takes no answer and has lost it. */
  readonly tokens: ReadonlyMap<string, CallbackAnswer | 'pending' | 'closed'>;
}

const definition = {
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::events:putEvents.waitForTaskToken',
      Arguments: { token: '{% $states.context.Task.Token %}' },
      TimeoutSeconds: 60,
      End: true,
    },
  },
} as unknown as Definition;

const empty: Disk = { journal: new Map(), tokens: new Map() };

/** Runs the machine from what is on disk; keeps what was there before and after each token was closed. */
const runFrom = async (
  disk: Disk,
  answered: CallbackAnswer | undefined,
): Promise<{ result: ExecutionResult; disks: Disk[]; tokens: Disk['tokens'] }> => {
  const entries = new Map(disk.journal);
  const durable = new Map(disk.journal);
  const tokens = new Map(disk.tokens);
  const disks: Disk[] = [];
  const keep = (): number => disks.push({ journal: new Map(durable), tokens: new Map(tokens) });
  const journal: Journal = {
    read: (key) => entries.get(key),
    write: (key, entry) => entries.set(key, entry),
    flush: () => {
      for (const [key, entry] of entries) durable.set(key, entry);
    },
    eventCount: () => [...entries.values()].filter(({ event }) => event !== undefined).length,
  };
  const clock = createVirtualClock();
  let digits = 0;
  const result = await execute({
    definition,
    input: {},
    executionArn: 'arn:execution',
    executionName: 'test',
    stateMachineArn: 'arn:machine',
    stateMachineName: 'machine',
    roleArn: 'arn:role',
    startedAt: clock.now(),
    signal: new AbortController().signal,
    region: 'eu-central-1',
    clock,
    random: { hex: () => String((digits += 1)), uuid: () => 'uuid', fraction: () => 0.5 },
    journal,
    tasks: {
      request: ({ token = '' }) => {
        if (answered !== undefined) tokens.set(token, answered);
        return Promise.resolve({});
      },
      completion: () => Promise.resolve({}),
    },
    callbacks: {
      open: (token) => {
        if (!tokens.has(token)) tokens.set(token, 'pending');
      },
      answer: (token) => {
        const found = tokens.get(token);
        return typeof found === 'object' ? Promise.resolve(found) : new Promise(() => undefined);
      },
      lastHeartbeat: () => undefined,
      close: (token) => {
        keep();
        tokens.set(token, 'closed');
        keep();
      },
    },
  });
  return { result, disks, tokens };
};

describe('X01 a kill around the moment in which a token is closed', () => {
  test.each([
    ['a success', { output: 'yes' }, { status: 'SUCCEEDED', output: 'yes' }],
    ['a failure', { error: 'Rejected', cause: 'by ada' }, { status: 'FAILED', error: 'Rejected' }],
    ['a time-out', undefined, { status: 'FAILED', error: 'States.Timeout' }],
  ])('keeps %s that was taken, and leaves no token open', async (_what, answer, expected) => {
    const first = await runFrom(empty, answer);
    expect(first.result).toMatchObject(expected);
    expect(first.disks).toHaveLength(2);
    for (const disk of first.disks) {
      const again = await runFrom(disk, undefined);
      expect(again.result).toMatchObject(expected);
      expect([...again.tokens.values()]).toEqual(['closed']);
    }
  });
});
