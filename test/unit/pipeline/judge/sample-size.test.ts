import { describe, expect, test } from '@jest/globals';
import { upperTail } from '#pipeline/judge/binomial';
import { boundariesOf } from '#pipeline/judge/boundaries';
import { sampleSize } from '#pipeline/judge/sample-size';

const table = [
  { baseline: 0.001, detect: 0.2, samples: 50, failAtErrors: 2 },
  { baseline: 0.001, detect: 0.05, samples: 95, failAtErrors: 2 },
  { baseline: 0.001, detect: 0.01, samples: 794, failAtErrors: 4 },
  { baseline: 0.01, detect: 0.05, samples: 262, failAtErrors: 8 },
  { baseline: 0.01, detect: 0.02, samples: 2267, failAtErrors: 35 },
] as const;

describe('the sample size', () => {
  test.each(table)(
    'from $baseline to $detect takes $samples requests and fails at $failAtErrors errors',
    ({ baseline, detect, ...expected }) => {
      const size = sampleSize({ baseline, detect, alpha: 0.01, power: 0.95 });
      expect(size).toEqual(expected);
      expect(upperTail(size.samples, size.failAtErrors, baseline)).toBeLessThanOrEqual(0.01);
      expect(upperTail(size.samples, size.failAtErrors, detect)).toBeGreaterThanOrEqual(0.95);
    },
  );

  test('ratios in the wrong order, equal or no ratios are refused by name', () => {
    for (const [baseline, detect] of [
      [0.05, 0.001],
      [0.05, 0.05],
      [-0.1, 0.05],
      [0.001, 1.5],
      [Number.NaN, 0.05],
    ] as const) {
      expect(() => sampleSize({ baseline, detect, alpha: 0.01, power: 0.95 })).toThrow(
        `error ratio to be detected is '${detect}', expected above the baseline '${baseline}'`,
      );
    }
    expect(() => sampleSize({ baseline: 0.5, detect: 0.500_000_1, alpha: 0.01, power: 0.95 })).toThrow(
      'cannot be told apart',
    );
  });
});

describe('the boundaries of a step', () => {
  test.each(table)('from $baseline to $detect start where the table says', ({ baseline, detect, ...row }) => {
    const { samples, failAt, passAt } = boundariesOf({ baseline, detect }, 1);
    expect(samples).toBe(row.samples);
    expect(failAt(1)).toBe(row.failAtErrors);
    expect(failAt(row.samples)).toBe(row.failAtErrors);
    expect(passAt(row.samples - 1)).toBe(-1);
    expect(passAt(row.samples)).toBe(row.failAtErrors - 1);
  });

  test('only rise with the number of requests', () => {
    for (const { baseline, detect } of table) {
      const { failAt, passAt } = boundariesOf({ baseline, detect }, 3);
      for (let n = 1, fail = 0, pass = -1; n < 100_000; n = Math.ceil(n * 1.1)) {
        expect(failAt(n)).toBeGreaterThanOrEqual(fail);
        expect(passAt(n)).toBeGreaterThanOrEqual(pass);
        [fail, pass] = [failAt(n), passAt(n)];
      }
    }
  });

  test('more steps share the budget of false aborts', () => {
    const ratios = { baseline: 0.001, detect: 0.05 };
    for (const steps of [1, 2, 3, 5, 10, 20]) {
      const { samples, failAt } = boundariesOf(ratios, steps);
      expect(upperTail(samples, failAt(samples), ratios.baseline) * steps).toBeLessThanOrEqual(0.02);
    }
    expect(boundariesOf(ratios, 3).samples).toBe(95);
  });
});
