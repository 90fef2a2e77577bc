import { expect, test } from '@jest/globals';
import { distinctFleet } from '#pipeline/recycle/distinct-fleet';
import { aFleetGroup, aFleetMachine } from '#test/helpers/fleet-fixtures';

test('Y12: groups and machines that pages repeat are there once', () => {
  const machines = [0, 1, 0, 2, 1].map((index) => aFleetMachine(index));
  const group = aFleetGroup({ machines });
  const [only, ...rest] = distinctFleet([group, group]);
  expect(rest).toEqual([]);
  expect(only?.machines).toEqual([0, 1, 2].map((index) => aFleetMachine(index)));
});

test('a fleet without repetitions stays as it is', () => {
  const group = aFleetGroup();
  expect(distinctFleet([group])[0]).toBe(group);
});
