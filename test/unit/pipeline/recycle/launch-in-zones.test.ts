import { describe, expect, test } from '@jest/globals';
import { countByZone, otherZone } from '#pipeline/recycle/choose-zones';
import { isSameReason } from '#pipeline/recycle/is-same-reason';
import { mapBounded } from '#pipeline/recycle/map-bounded';

const counts = (text: string): ReadonlyMap<string, number> =>
  new Map(text.split('').map((count, index) => ['abc'[index] ?? '', Number(count)]));

describe('otherZone', () => {
  test.each([
    ['112', 'c', 'a'],
    ['211', 'b', 'c'],
    ['12', 'a', undefined],
    ['111', 'a', 'b'],
    ['011', 'a', undefined],
    ['22', 'ab', undefined],
  ])('of zones with %s machines, without %s, takes %s', (machines, full, expected) => {
    expect(otherZone(counts(machines), new Set(full))).toBe(expected);
  });

  test('counts a zone that has no machine', () => {
    expect([...countByZone([{ zone: 'a' }, { zone: 'a' }], ['a', 'b'])]).toEqual([
      ['a', 2],
      ['b', 0],
    ]);
  });
});

test('other figures alone are no news', () => {
  expect(isSameReason('3 of 4 are healthy', '2 of 4 are healthy')).toBe(true);
  expect(isSameReason("alarm 'a' is on", "alarm 'b' is on")).toBe(false);
  expect(isSameReason(undefined, 'x')).toBe(false);
  expect(isSameReason(undefined, undefined)).toBe(true);
});

test('as much as allowed happens at once, and the results are in order', async () => {
  let [now, most] = [0, 0];
  const results = await mapBounded([5, 1, 4, 2, 3], 2, async (value) => {
    most = Math.max(most, (now += 1));
    for (let turn = 0; turn < value; turn += 1) await Promise.resolve();
    now -= 1;
    return value * 10;
  });
  expect([results, most]).toEqual([[50, 10, 40, 20, 30], 2]);
});
