import { describe, expect, test } from '@jest/globals';
import {
  checkSettings,
  checkSizes,
  refuseUnsupported,
} from '#localcloud/services/autoscaling/group-settings';

describe('sizes', () => {
  test('take the min size as desired capacity unless told', () => {
    expect(checkSizes({ MinSize: 2, MaxSize: 4 })).toEqual({ minSize: 2, maxSize: 4, desired: 2 });
  });

  test('pull the desired capacity along', () => {
    expect(checkSizes({ MaxSize: 1 }, { minSize: 0, maxSize: 4, desired: 3 }).desired).toBe(1);
    expect(checkSizes({ MinSize: 4 }, { minSize: 0, maxSize: 4, desired: 3 }).desired).toBe(4);
  });

  test('refuse a desired capacity outside', () => {
    expect(() => checkSizes({ MinSize: 1, MaxSize: 2, DesiredCapacity: 3 })).toThrow(
      'Desired capacity:3 must be between the specified min size:1 and max size:2',
    );
    expect(() => checkSizes({ MinSize: 3, MaxSize: 2 })).toThrow('Max bound, 2');
  });
});

test('an instance maintenance policy may span at most 100', () => {
  const policy = (MinHealthyPercentage: number, MaxHealthyPercentage: number): unknown =>
    checkSettings({ InstanceMaintenancePolicy: { MinHealthyPercentage, MaxHealthyPercentage } })
      .maintenancePolicy;
  expect(policy(100, 200)).toEqual({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
  expect(policy(-1, -1)).toBeUndefined();
  expect(() => policy(50, 151)).toThrow('at most 100 apart');
});

test('what the local cloud cannot do is refused, not ignored', () => {
  expect(() => refuseUnsupported({ MaxInstanceLifetime: 86_400 })).toThrow(
    "'MaxInstanceLifetime' is not supported",
  );
  expect(() =>
    refuseUnsupported({ MaxInstanceLifetime: 0, LifecycleHookSpecificationList: [] }),
  ).not.toThrow();
});
