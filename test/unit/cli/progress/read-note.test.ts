import { describe, expect, test } from '@jest/globals';
import { clockTime } from '#cli/clock-time';
import { readNote } from '#cli/progress/read-note';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { switchKey } from '#pipeline/environments/switched-off';
import type { EnvironmentRecord } from '#pipeline/model';
import {
  aLease,
  anEnvironment,
  aServingRecord,
  minutesAgo,
  NOW,
  releaseIdOf,
  someProgress,
} from '#test/helpers/cli-fixtures';
import { memoryDocuments } from '#test/helpers/memory-documents';

const clock = { now: () => NOW, delay: () => Promise.resolve() };
const states = [{ state: 'JudgeStep', environment: 'prod', enteredAt: new Date(0) }];

const noteFor = (record: Partial<EnvironmentRecord>, more: Record<string, object> = {}, n = 2) => {
  const documents = memoryDocuments({
    'kiln/environments/prod/hello.json': aServingRecord(record),
    [ENVIRONMENTS_KEY]: { environments: [anEnvironment('prod')] },
    ...more,
  });
  return readNote({ app: 'hello', releaseId: releaseIdOf(n) }, states, { documents, clock });
};

describe('readNote', () => {
  test('says of a step that holds what it waits for, until when, and what happens then', async () => {
    const deadline = minutesAgo(-8);
    const note = await noteFor({
      lease: aLease(),
      progress: someProgress({ deadline, missingRequests: 78 }),
    });
    expect(note).toMatchObject({
      text: `holds: 17 of 95 requests on green; until ${clockTime(deadline, NOW)}, then it rolls back`,
      topic: 'holding 10',
      steps: [10, 50, 100],
      advice: expect.stringMatching(/about 780 more to http:\/\/prod.* by itself at \d\d:\d\d$/),
    });
  });

  test('advises while the pause lasts only where nothing comes at all', async () => {
    const judging = { phase: 'judging', missingRequests: 95 } as const;
    const some = await noteFor({ lease: aLease(), progress: someProgress(judging) });
    expect(some).not.toHaveProperty('advice');
    const progress = someProgress({ ...judging, note: 'no requests to green yet, needs 95' });
    expect(await noteFor({ lease: aLease(), progress })).toHaveProperty('advice');
  });

  test('says that recycling makes way', async () => {
    const note = await noteFor({ lease: aLease({ trigger: 'recycling', releaseId: releaseIdOf(1) }) });
    expect(note.text).toBe('waits for recycling to make way');
  });

  test('says times as people do, and nothing twice', async () => {
    const pause = someProgress({ phase: 'judging', note: `pause until ${minutesAgo(-1)}` });
    expect((await noteFor({ lease: aLease(), progress: pause })).text).toBe(
      `pause until ${clockTime(minutesAgo(-1), NOW)}`,
    );
    const shift = someProgress({ phase: 'shifting', note: '10 % of the traffic' });
    expect((await noteFor({ lease: aLease(), progress: shift })).text).toBe('');
  });

  test('names the rollout in the way, and an environment that is off', async () => {
    const { text } = await noteFor({ lease: aLease(), progress: someProgress() }, {}, 3);
    expect(text).toBe(`waits for the rollout of ${releaseIdOf(2)}`);
    const off = { [switchKey('prod')]: { environment: 'prod', to: 'off', by: 'ann', since: minutesAgo(3) } };
    expect((await noteFor({}, off)).text).toBe('prod is switched off: kiln env on prod');
  });
});
