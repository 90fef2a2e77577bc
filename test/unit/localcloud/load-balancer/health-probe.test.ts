import { expect, test } from '@jest/globals';
import { parseMatcher } from '#localcloud/load-balancer/health-probe';

test.each([
  ['200', 200, true],
  ['200,302', 302, true],
  ['200-299', 299, true],
  ['200-299', 300, false],
])('the matcher %s decides on %d', (codes, status, accepted) => {
  expect(parseMatcher(codes)?.(status)).toBe(accepted);
});

test.each(['', '20', '200-', '100-200', '500', '299-200', '2xx'])('%j is no matcher', (codes) => {
  expect(parseMatcher(codes)).toBeUndefined();
});
