import { describe, expect, test } from '@jest/globals';
import { chooseSubnets } from '#localcloud/services/autoscaling/choose-subnets';
import { chooseVictims } from '#localcloud/services/autoscaling/choose-victims';
import type { InstanceRecord } from '#localcloud/services/autoscaling/records';

const anInstance = (id: string, zone: string, overrides: Partial<InstanceRecord> = {}): InstanceRecord => ({
  group: 'g',
  token: id,
  id,
  subnet: { id: `subnet-${zone}`, zone },
  template: { id: 'lt-1', name: 't', version: '2' },
  state: 'InService',
  healthy: true,
  protected: false,
  launchedAt: 0,
  registeredIn: [],
  launchActivity: 'a',
  ...overrides,
});
const template = { id: 'lt-1', name: 't', version: '2' };
const ids = (instances: readonly InstanceRecord[]): string[] => instances.map(({ id }) => id ?? '');

describe('a scale-in', () => {
  test('takes from the zone with the most instances, each time anew', () => {
    const instances = [
      anInstance('1', 'a', { launchedAt: 1 }),
      anInstance('2', 'b', { launchedAt: 2 }),
      anInstance('3', 'b', { launchedAt: 3 }),
      anInstance('4', 'b', { launchedAt: 4 }),
    ];
    expect(ids(chooseVictims(instances, 2, template))).toEqual(['2', '3']);
  });

  test('takes the oldest launch template before the oldest instance', () => {
    const old = { id: 'lt-1', name: 't', version: '1' };
    const instances = [
      anInstance('1', 'a', { launchedAt: 1 }),
      anInstance('2', 'a', { launchedAt: 2, template: old }),
    ];
    expect(ids(chooseVictims(instances, 1, template))).toEqual(['2']);
  });

  test('never takes a protected instance', () => {
    const instances = [anInstance('1', 'a', { protected: true }), anInstance('2', 'b')];
    expect(ids(chooseVictims(instances, 2, template))).toEqual(['2']);
  });
});

describe('a launch', () => {
  const subnets = ['a', 'b', 'c'].map((zone) => ({ id: `subnet-${zone}`, zone }));

  test('fills the emptiest zones first', () => {
    expect(chooseSubnets(subnets, [anInstance('1', 'a')], 3).map(({ zone }) => zone)).toEqual([
      'b',
      'c',
      'a',
    ]);
  });

  test('spreads over the subnets of one zone', () => {
    const twins = ['x', 'y'].map((id) => ({ id, zone: 'a' }));
    expect(chooseSubnets(twins, [], 3).map(({ id }) => id)).toEqual(['x', 'y', 'x']);
  });
});
