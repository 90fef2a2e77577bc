import { beforeEach, expect, test } from '@jest/globals';
import type { EnvironmentRecord } from '#pipeline/model';
import type { RetirementOrder } from '#pipeline/recycle/left-by-rollouts';
import { planRecyclingNow } from '#pipeline/recycle/plan-recycling';
import { aDeployment, aKey, aLease } from '#test/helpers/pipeline-fixtures';
import { recyclingWorld } from '#test/helpers/recycling-world';

let world: ReturnType<typeof recyclingWorld>;

const HOUR = 60 * 60_000;
const DEAD = 'arn:execution/dead';

const left = async (more: Partial<EnvironmentRecord>): Promise<readonly RetirementOrder[]> => {
  world.setRecord(more);
  return (await planRecyclingNow({}, world.deps)).retirements;
};

const rollout = (executionArn: string, trigger: 'drop' | 'flip' | 'recycling' | 'chaos' = 'drop') => ({
  ...aLease(2),
  executionArn,
  trigger,
  since: new Date(world.clock.now().getTime() - 2 * HOUR).toISOString(),
});

beforeEach(async () => {
  world = recyclingWorld();
  world.configure({});
  await world.clock.delay(3 * HOUR);
});

test('I10: what a rollout left that was killed goes, in environments without a maximum uptime too', async () => {
  expect(await left({ lease: rollout(DEAD) })).toEqual([
    {
      name: expect.stringMatching(/^leftover-20260101T03-[0-9a-f]{16}$/),
      app: 'hello',
      environment: 'dev',
      deployment: aKey(2),
      // Not when the plan was made: a clock that is ahead would have it wait.
      at: '1970-01-01T00:00:00.000Z',
    },
  ]);
});

test('what was to go, and what the rollout after it left, go together', async () => {
  const orders = await left({ lease: rollout(DEAD), retiring: [aKey(3)] });
  expect(orders.map(({ deployment }) => deployment)).toEqual([aKey(3), aKey(2)]);
  expect(new Set(orders.map(({ name }) => name)).size).toBe(2);
});

test('I10: machines that were warm for their time go, where the rollout was stopped before it could see to that', async () => {
  const until = new Date(world.clock.now().getTime() - 2 * HOUR).toISOString();
  expect(await left({ warm: { deployment: aDeployment(3), until } })).toMatchObject([
    // Should the planner's clock be ahead, they stay warm for their time all the same.
    { app: 'hello', environment: 'dev', deployment: aKey(3), at: until },
  ]);
});

test('Y03: the plans of an hour name it alike, those of the next one differently', async () => {
  const names: (string | undefined)[] = [];
  for (const minutes of [0, 59, 60]) {
    await world.clock.delay(minutes * 60_000 - (names.length > 1 ? 59 * 60_000 : 0));
    names.push((await left({ retiring: [aKey(3)] }))[0]?.name);
  }
  const [first, again, later] = names;
  expect(again).toBe(first);
  expect(later).not.toBe(first);
});

test.each([
  ['its rollout runs', () => ({ lease: rollout('arn:execution/alive') })],
  [
    'it was stopped within the hour',
    () => ({ lease: { ...rollout(DEAD), since: world.clock.now().toISOString() } }),
  ],
  ['the lease is of a way back, which made none', () => ({ lease: rollout(DEAD, 'flip') })],
  ['the lease is of recycling', () => ({ lease: rollout(DEAD, 'recycling'), retiring: [aKey(3)] })],
  [
    'they may have the traffic back',
    () => ({ warm: { deployment: aDeployment(3), until: world.clock.now().toISOString() } }),
  ],
  ['nothing was left', () => ({})],
])('nothing goes where %s', async (_what, record: () => Partial<EnvironmentRecord>) => {
  world.executions.set('arn:execution/alive', 'RUNNING');
  expect(await left(record())).toEqual([]);
});

test('nothing goes where it may be all that serves', async () => {
  world.setRecord({ lease: rollout(DEAD) });
  const { current: _none, ...first } = world.record();
  world.documents.all.set('kiln/environments/dev/hello.json', first);
  expect((await planRecyclingNow({}, world.deps)).retirements).toEqual([]);
});
