import { expect, test } from '@jest/globals';
import { seededFraction, seededHash } from '#pipeline/recycle/seeded-fraction';
import { aFleetMachine } from '#test/helpers/fleet-fixtures';

test('a seed and a text give the same number in every version', () => {
  const hashOf = seededHash('kiln');
  expect(hashOf('i-0123456789abcdef0')).toBe(1760604069);
  expect(hashOf('')).toBe(1600601452);
  expect(seededHash('other')('i-0123456789abcdef0')).not.toBe(1760604069);
});

test('where the seed ends and the text begins matters', () => {
  expect(seededHash('ab')('c')).not.toBe(seededHash('a')('bc'));
});

test('fractions of ids that differ in their last digits only are uniform (χ², 100 bins)', () => {
  const fractionOf = seededFraction('kiln');
  const bins = Array.from({ length: 100 }, () => 0);
  const count = 100_000;
  for (let index = 0; index < count; index += 1) {
    const bin = Math.floor(fractionOf(aFleetMachine(index).instanceId) * 100);
    bins[bin] = (bins[bin] ?? Number.NaN) + 1;
  }
  const expected = count / 100;
  const chiSquare = bins.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
  // 99 degrees of freedom: above 149 in one of a thousand, below 57 in as few.
  expect(chiSquare).toBeLessThan(149);
  expect(chiSquare).toBeGreaterThan(57);
});
