import { describe, expect, test } from '@jest/globals';
import { groupSkipReason, machineSkipReason } from '#pipeline/recycle/skip-reason';
import { aFleetGroup, aFleetMachine, HOUR, NOW } from '#test/helpers/fleet-fixtures';

const machines = [0, 1, 2].map((index) => aFleetMachine(index));

describe('groupSkipReason', () => {
  test('a whole group with room is not skipped', () => {
    expect(groupSkipReason(aFleetGroup())).toBeUndefined();
  });

  test('a reason that is known already comes first', () => {
    expect(groupSkipReason(aFleetGroup({ skip: 'a rollout is under way', max: 0 }))).toBe(
      'a rollout is under way',
    );
  });

  test('Y07: without room for one more machine there is an explicit reason', () => {
    const alone = aFleetGroup({ machines: [aFleetMachine(0)], desired: 1, max: 1 });
    expect(groupSkipReason(alone)).toBe(
      'there is no room for a replacement: it has 1 machines and its maximum is 1',
    );
    expect(groupSkipReason({ ...alone, max: 2 })).toBeUndefined();
  });

  test('a group that lacks machines is left alone, with what the others are', () => {
    const group = aFleetGroup({ machines: [...machines, aFleetMachine(3, { state: 'Pending:Wait' })] });
    expect(groupSkipReason(group)).toBe(
      'it is not whole: 3 of 4 machines are in service and healthy (1 Pending:Wait)',
    );
    expect(groupSkipReason(aFleetGroup({ machines, desired: 4, max: 8 }))).toBe(
      'it is not whole: 3 of 4 machines are in service and healthy',
    );
  });

  test('a group with a machine that is not healthy is left alone, even if it has enough others', () => {
    const group = aFleetGroup({
      machines: [...machines, aFleetMachine(3, { healthy: false })],
      desired: 3,
      max: 8,
    });
    expect(groupSkipReason(group)).toContain('1 not healthy');
  });

  test('Y11: a machine in standby does not count: the group is whole without it', () => {
    const group = aFleetGroup({
      machines: [...machines, aFleetMachine(3, { state: 'Standby' })],
      desired: 3,
      max: 8,
    });
    expect(groupSkipReason(group)).toBeUndefined();
  });
});

describe('machineSkipReason', () => {
  const { launchedAt: _, ...unknown } = aFleetMachine(1);

  test.each([
    ['Y11: a machine in standby', aFleetMachine(1, { state: 'Standby' }), 'is Standby, not InService'],
    [
      'Y11: a machine in a lifecycle hook',
      aFleetMachine(1, { state: 'Terminating:Wait' }),
      'is Terminating:Wait, not InService',
    ],
    ['Y11: a protected machine', aFleetMachine(1, { protected: true }), 'is protected from scale-in'],
    ['a machine that is not healthy', aFleetMachine(1, { healthy: false }), 'is not healthy'],
    [
      'Y09: a machine launched in the future',
      aFleetMachine(1, { launchedAt: NOW + HOUR }),
      'was launched in the future',
    ],
    ['Y12: a machine that EC2 did not show', unknown, 'was launched at a time that EC2 does not show'],
  ])('%s is passed over with what it is', (_name, machine, reason) => {
    expect(machineSkipReason(machine, NOW)).toBe(reason);
  });

  test('a machine in service is not', () => {
    expect(machineSkipReason(aFleetMachine(1), NOW)).toBeUndefined();
  });
});
