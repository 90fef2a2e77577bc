import { describe, expect, test } from '@jest/globals';
import { failAtErrors, passAtErrors, upperTail } from '#pipeline/judge/binomial';

/** The tail by adding up, in whole numbers where they are exact. */
const slowTail = (n: number, from: number, p: number): number => {
  let ways = 1;
  let sum = 0;
  for (let k = 0; k <= n; k += 1) {
    if (k >= from) sum += ways * p ** k * (1 - p) ** (n - k);
    ways = (ways * (n - k)) / (k + 1);
  }
  return sum;
};

describe('the upper tail', () => {
  test('is the sum of its terms', () => {
    for (const n of [1, 7, 40]) {
      for (const p of [0.001, 0.05, 0.5, 0.93]) {
        for (let k = 0; k <= n; k += 1) expect(upperTail(n, k, p)).toBeCloseTo(slowTail(n, k, p), 12);
      }
    }
  });

  test('knows its ends', () => {
    expect(upperTail(10, 0, 0.3)).toBe(1);
    expect(upperTail(10, 11, 0.3)).toBe(0);
    expect(upperTail(10, 1, 0)).toBe(0);
    expect(upperTail(10, 10, 1)).toBe(1);
  });

  test('is stable for a million requests', () => {
    const n = 1_000_000;
    // By symmetry one half, and half of the middle term sqrt(2/(pi n))/2 more.
    expect(upperTail(n, n / 2, 0.5)).toBeCloseTo(0.5 + Math.sqrt(2 / (Math.PI * n)) / 2, 9);
    // The complement of errors is successes.
    for (const k of [900, 1000, 1001, 1100]) {
      expect(upperTail(n, k, 0.001) + upperTail(n, n - k + 1, 0.999)).toBeCloseTo(1, 8);
    }
  });

  test('only falls as more errors are asked for', () => {
    let last = 1;
    for (let k = 0; k < 1200; k += 7) {
      const tail = upperTail(1_000_000, k, 0.001);
      expect(tail).toBeLessThanOrEqual(last + 1e-9);
      last = tail;
    }
  });
});

describe('the failing and the passing number', () => {
  test('are the tightest that keep their probability', () => {
    for (const n of [1, 30, 95, 2267, 100_000]) {
      for (const p of [0, 0.001, 0.05, 0.5]) {
        for (const alpha of [0.05, 0.01, 0.0001]) {
          const fail = failAtErrors(n, p, alpha);
          expect(upperTail(n, fail, p)).toBeLessThanOrEqual(alpha);
          expect(upperTail(n, fail - 1, p)).toBeGreaterThan(alpha);
          const pass = passAtErrors(n, p, alpha);
          if (pass >= 0) expect(1 - upperTail(n, pass + 1, p)).toBeLessThanOrEqual(alpha + 1e-12);
          if (pass < n) expect(1 - upperTail(n, pass + 2, p)).toBeGreaterThan(alpha);
        }
      }
    }
  });

  test('no number of errors of none fails, none of none passes', () => {
    expect(failAtErrors(0, 0.001, 0.01)).toBe(1);
    expect(passAtErrors(0, 0.05, 0.05)).toBe(-1);
  });
});
