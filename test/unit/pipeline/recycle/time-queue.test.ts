import { expect, test } from '@jest/globals';
import { createTimeQueue } from '#pipeline/recycle/time-queue';

test('things are taken by their times, those of one time in the order in which they came', () => {
  const queue = createTimeQueue<string>();
  for (const [at, item] of [
    [5, 'c'],
    [1, 'a'],
    [5, 'd'],
    [3, 'b'],
    [9, 'e'],
  ] as const)
    queue.add(at, item);
  expect(queue.nextAt()).toBe(1);
  const taken = Array.from({ length: 5 }, () => queue.takeUntil(5));
  expect(taken).toEqual(['a', 'b', 'c', 'd', undefined]);
  expect(queue.nextAt()).toBe(9);
});

test('an empty queue never has anything', () => {
  expect(createTimeQueue().takeUntil(Infinity)).toBeUndefined();
  expect(createTimeQueue().nextAt()).toBe(Infinity);
});
