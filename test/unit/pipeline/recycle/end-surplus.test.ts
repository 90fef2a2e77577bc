import { beforeEach, describe, expect, test } from '@jest/globals';
import { endSurplus } from '#pipeline/recycle/end-surplus';
import { intendedCapacity } from '#pipeline/recycle/intended-capacity';
import { GROUP, RECYCLER, recyclingWorld } from '#test/helpers/recycling-world';

let world: ReturnType<typeof recyclingWorld>;

const replacement = {
  executionArn: RECYCLER,
  groupName: GROUP,
  since: '2026-01-01T01:00:00.000Z',
  capacity: 4,
  retire: [{ instanceId: 'i-1', zone: 'a' }],
  clientToken: 't',
  mark: 1,
} as const;

beforeEach(async () => {
  world = recyclingWorld();
  await world.clock.delay(60 * 60_000);
  world.setRecord({ replacement });
  world.group.desired = 5;
});

describe('endSurplus', () => {
  test('Y05: finds what a dead execution launched by when it was launched', async () => {
    world.add('a');
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
    expect([world.group.desired, world.tags]).toEqual([4, [['i-5', 'capacity']]]);
  });

  test('ends nothing where the capacity is as it was', async () => {
    world.group.desired = 4;
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect(world.healthy()).toHaveLength(4);
    expect(world.calls).toEqual(['DescribeAutoScalingGroups']);
  });

  test('takes back the capacity for a machine that never came', async () => {
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect(world.group.desired).toBe(4);
    expect(world.healthy()).toHaveLength(4);
  });

  test('Y11: takes it back although somebody put a machine aside, which is no part of the capacity', async () => {
    world.add('a', { state: 'Standby' });
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect(world.group.desired).toBe(4);
    expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  });

  test.each([true, false])(
    'Y06: takes back the capacity for a machine that ends by itself as it is to be ended; AWS says nothing of it: %s',
    async (ignoresEnding) => {
      world.ignoresEnding = ignoresEnding;
      world.add('a');
      world.afterCall = (name) => {
        if (name === 'CreateTags') Object.assign(world.machines.get('i-5') ?? {}, { state: 'Terminating' });
      };
      expect(await endSurplus(world.record(), world.deps)).toBe(0);
      expect(world.group.desired).toBe(4);
      expect(world.healthy()).toHaveLength(4);
    },
  );

  test('leaves the capacity where the launch had not raised it', async () => {
    world.group.desired = 4;
    world.add('a');
    expect(await endSurplus(world.record(), world.deps)).toBe(0);
    expect(world.group.desired).toBe(4);
    expect(world.healthy()).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  });

  test('leaves alone what somebody added on purpose', async () => {
    world.group.desired = 7;
    for (const zone of ['a', 'b', 'a']) world.add(zone);
    await endSurplus(world.record(), world.deps);
    expect(world.group.desired).toBe(6);
    expect(world.healthy()).toHaveLength(6);
  });
});

test.each([
  [4, 4],
  [5, 4],
  [7, 6],
  [3, 3],
])(
  'a group that shows %i machines in the middle of a replacement is meant to have %i',
  (desired, intended) => {
    expect(intendedCapacity({ replacement }, GROUP, desired)).toBe(intended);
    expect(intendedCapacity({ replacement }, 'another', desired)).toBe(desired);
  },
);
