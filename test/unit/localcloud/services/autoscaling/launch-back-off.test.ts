import { expect, test } from '@jest/globals';
import { backOffMilliseconds } from '#localcloud/services/autoscaling/launch-back-off';

test('a group waits twice as long after each failed launch, at most five minutes', () => {
  expect([1, 2, 3, 8, 9, 50].map(backOffMilliseconds)).toEqual([
    2_000, 4_000, 8_000, 256_000, 300_000, 300_000,
  ]);
});
