import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { allowedDisruption, giveBudgetBack, readBudget, takeBudget } from '#pipeline/disruption/budget';
import type { Announce } from '#pipeline/announce';
import { budgetKey } from '#pipeline/disruption/budget-record';
import type { BudgetRecord } from '#pipeline/disruption/budget-record';
import { clearOutage, setOutage } from '#pipeline/disruption/outage';
import { instantClock } from '#test/helpers/instant-clock';
import { memoryDocuments } from '#test/helpers/memory-documents';
import { anEnvironment } from '#test/helpers/pipeline-fixtures';

const running = new Set<string>();
let deps: {
  documents: ReturnType<typeof memoryDocuments>;
  states: SFNClient;
  clock: ReturnType<typeof instantClock>;
  announce: Announce;
};
const announced: unknown[] = [];

const environment = anEnvironment({
  disruption: { machines: 1, percent: 10, alarms: [], overduePercent: 50 },
});

const take = (executionArn: string, machines: number, total: number): Promise<void> => {
  running.add(executionArn);
  return takeBudget(environment, { kind: 'recycling', app: 'hello', machines, executionArn, total }, deps);
};

const spent = { name: 'BudgetSpent' };

beforeEach(() => {
  running.clear();
  mockClient(SFNClient)
    .on(DescribeExecutionCommand)
    .callsFake(({ executionArn = '' }: DescribeExecutionCommand['input']) => ({
      status: running.has(executionArn) ? 'RUNNING' : 'FAILED',
    }));
  announced.length = 0;
  deps = {
    documents: memoryDocuments(),
    states: new SFNClient({ region: 'r' }),
    clock: instantClock(),
    announce: (name, detail) => {
      announced.push([name, detail]);
      return Promise.resolve();
    },
  };
});

describe('the disruption budget', () => {
  test.each([
    [1, 10, 4, 1],
    [1, 10, 40, 4],
    [3, 10, 25, 3],
    [1, 0, 1000, 1],
    [2, 50, 5, 2],
    [1, 50, 5, 2],
  ])('of %i machines or %i %% of %i machines allows %i', (machines, percent, total, allowed) => {
    expect(allowedDisruption({ machines, percent }, total)).toBe(allowed);
  });

  test('is shared by all that is under way in the environment', async () => {
    await take('a', 2, 30);
    await take('b', 1, 30);
    await expect(take('c', 1, 30)).rejects.toMatchObject(spent);
    await giveBudgetBack('dev', 'a', deps);
    await take('c', 2, 30);
    expect((await readBudget('dev', deps)).disruptions.map(({ machines }) => machines)).toEqual([1, 2]);
  });

  test('is taken anew by the same execution, not added to', async () => {
    await take('a', 3, 30);
    await deps.clock.delay(1000);
    await take('a', 2, 30);
    expect((await readBudget('dev', deps)).disruptions).toMatchObject([
      { executionArn: 'a', machines: 2, since: '2026-01-01T00:00:00.000Z' },
    ]);
  });

  test('a dead owner has lost its part', async () => {
    await take('a', 1, 4);
    await expect(take('b', 1, 4)).rejects.toMatchObject(spent);
    running.delete('a');
    await take('b', 1, 4);
    expect((await readBudget('dev', deps)).disruptions.map(({ executionArn }) => executionArn)).toEqual([
      'b',
    ]);
  });

  test('two that take the last of it at once do not both get it', async () => {
    const results = await Promise.allSettled([take('a', 1, 4), take('b', 1, 4)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('is given back once, and nothing is written for what was never taken', async () => {
    await giveBudgetBack('dev', 'a', deps);
    expect(deps.documents.all.size).toBe(0);
    await take('a', 1, 4);
    await giveBudgetBack('dev', 'a', deps);
    await giveBudgetBack('dev', 'a', deps);
    expect((await readBudget('dev', deps)).disruptions).toEqual([]);
  });

  test('an outage is noted once and cleared once, beside what is taken', async () => {
    await take('a', 1, 4);
    await setOutage('dev', { by: 'ann', reason: 'the database' }, deps);
    await setOutage('dev', { by: 'bob', reason: 'x' }, deps);
    expect(await readBudget('dev', deps)).toMatchObject({
      outage: { by: 'ann' },
      disruptions: [{ app: 'hello' }],
    });
    expect([await clearOutage('dev', deps), await clearOutage('dev', deps)]).toEqual([true, false]);
    expect(await readBudget('dev', deps)).not.toHaveProperty('outage');
    expect(announced).toEqual([]);
  });

  test('the hold of recycling ends with the outage that it is for, and says so; one for another reason does not', async () => {
    const hold = (reason: string) =>
      deps.documents.update<BudgetRecord>(budgetKey('dev'), (found) => ({
        environment: 'dev',
        disruptions: [],
        ...found,
        updatedAt: '',
        held: { since: '', reason },
      }));
    await setOutage('dev', { by: 'ann', reason: 'the database' }, deps);
    await hold('an outage, says ann: the database');
    await clearOutage('dev', deps);
    expect(await readBudget('dev', deps)).not.toHaveProperty('held');
    expect(announced).toEqual([
      ['recycling.resumed', { environment: 'dev', reason: 'an outage, says ann: the database' }],
    ]);
    await setOutage('dev', { by: 'ann', reason: 'the database' }, deps);
    await hold("alarm 'pager' is on");
    await clearOutage('dev', deps);
    expect(await readBudget('dev', deps)).toMatchObject({ held: { reason: "alarm 'pager' is on" } });
    expect(announced).toHaveLength(1);
  });
});
