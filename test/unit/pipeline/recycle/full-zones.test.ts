import { beforeEach, describe, expect, test } from '@jest/globals';
import { launchReplacements } from '#pipeline/recycle/launch-replacements';
import { anOrder, GROUP, recyclingWorld } from '#test/helpers/recycling-world';
import { runReplacement } from '#test/helpers/run-replacement';

let world: ReturnType<typeof recyclingWorld>;

const HOUR = 60 * 60_000;

const due = (id: string) => ({ instanceId: id as `i-${string}`, zone: world.machines.get(id)?.zone ?? '' });
const callsOf = (name: string): number => world.calls.filter((call) => call === name).length;

beforeEach(async () => {
  world = recyclingWorld(['a', 'b', 'c', 'a', 'b', 'c']);
  await world.clock.delay(2 * HOUR);
  for (const machine of world.machines.values())
    Object.assign(machine, { launchedAt: Date.parse('2026-01-01') });
});

describe('Y08: a zone without room', () => {
  test('does not hold up the machines that are due in the other zones', async () => {
    world.full.add('a');
    const order = anOrder(['i-1'], world, { otherwise: [due('i-2'), due('i-3')] });
    expect(await runReplacement(order, world.deps)).toBe('NoCapacity');
    expect([...world.machines.values()].map(({ id, zone }) => `${id} ${zone}`)).toEqual([
      'i-1 a',
      'i-4 a',
      'i-7 b',
      'i-8 c',
      'i-9 c',
      'i-10 b',
    ]);
    expect(world.record().recycling).toMatchObject({
      failures: 0,
      skipped: { reason: expect.stringContaining("in 'a'") },
    });
    expect(world.group.desired).toBe(6);
  });

  test('the machine of another zone is replaced in its own, and that is what is recorded', async () => {
    world.full.add('a');
    const order = anOrder(['i-1'], world, { otherwise: [due('i-2')] });
    const { batch } = await launchReplacements(order, world.deps);
    expect(batch).toMatchObject({ retire: [due('i-2')], launched: [{ zone: 'b' }] });
    expect(world.record().replacement).toMatchObject({ retire: [due('i-2')], launched: batch.launched });
  });

  test('only as many others are tried as there are zones, and none of them twice', async () => {
    for (const zone of ['a', 'b', 'c']) world.full.add(zone);
    const order = anOrder(['i-1'], world, { otherwise: [due('i-2'), due('i-3')] });
    await expect(launchReplacements(order, world.deps)).rejects.toMatchObject({
      name: 'NoCapacity',
      message: expect.stringContaining("'a'"),
    });
    expect(world.group.desired).toBe(6);
    expect(world.machines.size).toBe(6);
  });

  test('what is refused for another reason than room is not tried elsewhere', async () => {
    world.full.add('a');
    world.launchError = 'InvalidAMIID.NotFound';
    const order = anOrder(['i-1'], world, { otherwise: [due('i-2')] });
    await expect(launchReplacements(order, world.deps)).rejects.toMatchObject({
      name: 'MachinesKeepFailing',
    });
    expect(callsOf('LaunchInstances')).toBe(1);
  });

  test('a machine that is protected meanwhile is not taken in its place', async () => {
    world.full.add('a');
    Object.assign(world.machines.get('i-2') ?? {}, { protected: true });
    const order = anOrder(['i-1'], world, { otherwise: [due('i-2'), due('i-3')] });
    const { batch } = await launchReplacements(order, world.deps);
    expect(batch.retire).toEqual([due('i-3')]);
  });

  test.each(['LaunchInstances', 'DescribeAutoScalingGroups'])(
    'whoever takes over goes on with the machine of the other zone, killed after %s',
    async (dies) => {
      world.full.add('a');
      let launched = 0;
      world.afterCall = (name) => {
        launched += Number(name === 'LaunchInstances');
        if (launched === 2 && name === dies) throw new Error('killed');
      };
      const order = anOrder(['i-1'], world, { otherwise: [due('i-2')] });
      await expect(launchReplacements(order, world.deps)).rejects.toThrow('killed');
      world.afterCall = () => undefined;
      expect(world.record().replacement).toMatchObject({ groupName: GROUP, retire: [due('i-2')] });
      const { batch } = await launchReplacements(order, world.deps);
      expect([batch.retire, world.machines.size, world.group.desired]).toEqual([[due('i-2')], 7, 7]);
    },
  );
});
