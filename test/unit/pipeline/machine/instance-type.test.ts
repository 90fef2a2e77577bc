import { describe, expect, test } from '@jest/globals';
import { instanceTypeFor } from '#pipeline/machine/instance-type';

describe('instanceTypeFor', () => {
  test.each([
    [128, 't3.nano'],
    [512, 't3.nano'],
    [513, 't3.micro'],
    [4096, 't3.medium'],
  ])('takes the smallest type for %d MiB', (memoryMiB, type) => {
    expect(instanceTypeFor(memoryMiB)).toBe(type);
  });

  test('refuses what no type has', () => {
    expect(() => instanceTypeFor(9000)).toThrow('no instance type has 9000 MiB');
  });
});
