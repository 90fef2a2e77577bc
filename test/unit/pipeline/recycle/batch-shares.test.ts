import { describe, expect, test } from '@jest/globals';
import { countBatches, shareBatch } from '#pipeline/recycle/batch-shares';
import { createRandomSource } from '#test/parity/protocols/random-value';

const SEED = 12;

describe('shareBatch', () => {
  test.each([
    [[34, 33, 33], 10, [4, 3, 3]],
    [[30, 30, 30], 10, [4, 3, 3]],
    [[5, 3, 2], 10, [5, 3, 2]],
    [[10, 0, 0], 10, [4, 0, 0]],
    [[10, 0], 10, [5, 0]],
    [[10], 10, [10]],
    [[0, 7, 7], 2, [0, 1, 1]],
    [[2, 0, 0], 2, [1, 0, 0]],
    [[0, 0], 5, [0, 0]],
    [[3, 3], 0, [0, 0]],
  ])('of %j due, of %i: %j', (due, limit, shares) => {
    expect(shareBatch(due, limit)).toEqual(shares);
  });

  test('begins with the zone that comes first', () => {
    expect(shareBatch([9, 9, 9], 1, 2)).toEqual([0, 0, 1]);
    expect(shareBatch([9, 9, 9], 4, 2)).toEqual([2, 1, 1]);
  });
});

describe('countBatches', () => {
  test.each([
    [[34, 33, 33], 10, 10],
    [[50, 50], 10, 10],
    [[334, 333, 333], 100, 10],
    [[2, 1, 1], 1, 4],
    [[7, 7, 6], 2, 10],
    // Once the others are through, the zone that has more goes on by an even share at a time.
    [[12, 4, 4], 2, 12],
    [[], 1, 0],
  ])('zones with %j machines, %i at once: %i', (zones, limit, batches) => {
    expect(countBatches(zones, limit)).toBe(batches);
  });

  test(`a group in balance takes as few batches as its limit allows (seed ${SEED})`, () => {
    const random = createRandomSource(SEED);
    for (let round = 0; round < 300; round += 1) {
      const machines = 1 + Math.floor(random() * 300);
      const zones = Array.from({ length: 1 + Math.floor(random() * 4) }, () => 0);
      for (let index = 0; index < machines; index += 1) {
        const zone = index % zones.length;
        zones[zone] = (zones[zone] ?? 0) + 1;
      }
      const limit = Math.max(1, Math.floor(machines / 10));
      expect({ zones, limit, batches: countBatches(zones, limit) }).toEqual({
        zones,
        limit,
        batches: Math.ceil(machines / limit),
      });
    }
  });
});
