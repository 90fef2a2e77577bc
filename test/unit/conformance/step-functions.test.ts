import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Definition } from '#localcloud/states-language/definition';
import { execute } from '#localcloud/states-language/execute';
import { StatesFailure } from '#localcloud/states-language/failure';
import { createMemoryJournal } from '#localcloud/states-language/journal';
import type { Json } from '#localcloud/states-language/json';
import { isObject } from '#localcloud/states-language/json';
import { validateDefinition } from '#localcloud/states-language/validate-definition';
import { createRandom } from '#localcloud/random';
import { createVirtualClock } from '#test/helpers/virtual-clock';
import type { Repair } from './step-functions-cases.ts';
import { repairs, skipped } from './step-functions-cases.ts';

const folder = new URL('../../../../shared/conformance/step-functions/', import.meta.url);

interface Recorded {
  readonly definition: Definition;
  readonly input: Json;
  readonly history: readonly Record<string, Json>[];
}

const member = (event: Record<string, Json>, name: string): Record<string, Json> | undefined =>
  isObject(event[name]) ? event[name] : undefined;

/** What tasks answered, in the order of the recording. */
const recordedAnswers = (history: Recorded['history']): (() => Json)[] =>
  history.flatMap((event) => {
    const good =
      member(event, 'taskSucceededEventDetails') ?? member(event, 'lambdaFunctionSucceededEventDetails');
    if (good !== undefined) return [() => good['output'] ?? null];
    const bad = member(event, 'taskFailedEventDetails') ?? member(event, 'lambdaFunctionFailedEventDetails');
    if (bad === undefined) return [];
    return [
      () => {
        throw new StatesFailure(bad['error'] as string, bad['cause'] as string);
      },
    ];
  });

/** Objects in JSON text become objects, as in the recording; what differs from run to run is masked. */
const masked = (value: unknown, key = ''): unknown => {
  if (key === 'timestamp') return 'timestamp';
  if (Array.isArray(value)) return value.map((item) => masked(item));
  if (typeof value === 'string' && value.startsWith('{') && key !== 'cause') {
    return JSON.parse(value) as unknown;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, name)]));
};

const mask = (history: unknown, { masks = {} }: Repair): unknown => {
  const text = Object.entries(masks).reduce(
    (so, [ours, theirs]) => so.replaceAll(ours, theirs),
    JSON.stringify(masked(history))
      .replaceAll('arn:aws:lambda:eu-central-1:', 'arn:<partition>:lambda:<region>:')
      .replaceAll('eu-central-1', '<region>'),
  );
  return JSON.parse(text) as unknown;
};

const replay = async (recorded: Recorded, repair: Repair): Promise<unknown> => {
  const repaired = (repair.definition?.(recorded.definition) ?? recorded.definition) as Definition;
  // States of a JSONPath machine that are left after the repair mean the same in JSONata.
  const definition: Definition = { ...repaired, QueryLanguage: 'JSONata' };
  expect(validateDefinition(definition)).toEqual([]);
  const clock = createVirtualClock();
  const journal = createMemoryJournal();
  const answers = recordedAnswers(recorded.history);
  await execute({
    definition,
    input: (repair.input ?? recorded.input) as Json,
    executionName: 'recorded',
    executionArn: 'arn:aws:states:eu-central-1:111111111111:execution:machine:recorded',
    stateMachineName: 'machine',
    stateMachineArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:machine',
    roleArn: 'snf_role_arn',
    startedAt: clock.now(),
    signal: new AbortController().signal,
    region: '<region>',
    clock,
    random: createRandom(),
    journal,
    tasks: {
      request: async () => answers.shift()?.() ?? null,
      completion: async (_, submitted) => submitted,
    },
    callbacks: {
      open: () => undefined,
      answer: () => new Promise(() => undefined),
      lastHeartbeat: () => undefined,
      close: () => undefined,
    },
  });
  return mask(journal.events(), repair);
};

if (existsSync(folder)) {
  describe('execution histories, as recorded from AWS', () => {
    for (const file of readdirSync(folder)) {
      const name = file.replace('.json', '');
      const recorded = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded;
      const reason = skipped[name];
      if (reason !== undefined) test.skip(`${name}: ${reason}`, () => undefined);
      else
        test(name, async () => expect(await replay(recorded, repairs[name] ?? {})).toEqual(recorded.history));
    }
  });
} else {
  describe.skip('execution histories: the recordings in ../shared/conformance are not here', () => {
    test('needs the recordings', () => undefined);
  });
}
