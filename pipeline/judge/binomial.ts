import { logChoose } from './log-factorial.ts';

/** Terms below this share of the sum change no double. */
const NEGLIGIBLE = 1e-18;

const probability = (n: number, k: number, p: number): number =>
  Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));

const sumUp = (n: number, from: number, p: number): number => {
  let term = probability(n, from, p);
  let sum = 0;
  for (let k = from; k <= n && term > sum * NEGLIGIBLE; k += 1) {
    sum += term;
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return sum;
};

const sumDown = (n: number, from: number, p: number): number => {
  let term = probability(n, from, p);
  let sum = 0;
  for (let k = from; k >= 0 && term > sum * NEGLIGIBLE; k -= 1) {
    sum += term;
    term *= (k / (n - k + 1)) * ((1 - p) / p);
  }
  return sum;
};

/**
 * Probability of at least k errors in n requests that each fail with probability p. Exact: the terms are summed away from
 * the mean, where they only fall; the relative error stays below 1e-7 up to n = 10^6.
 */
export const upperTail = (n: number, k: number, p: number): number => {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  return k > n * p ? sumUp(n, k, p) : 1 - sumDown(n, k - 1, p);
};

/** The smallest number of errors in n requests that a ratio of p0 reaches with a probability of at most alpha; at most n + 1. */
export const failAtErrors = (n: number, p0: number, alpha: number): number => {
  if (p0 >= 1) return n + 1;
  // Below the mean the tail is above a half, and no alpha is.
  let errors = Math.floor(n * p0) + 1;
  let tail = upperTail(n, errors, p0);
  let term = p0 <= 0 || errors > n ? 0 : probability(n, errors, p0);
  while (tail > alpha && errors <= n) {
    tail -= term;
    term *= ((n - errors) / (errors + 1)) * (p0 / (1 - p0));
    errors += 1;
  }
  return errors;
};

/** The largest number of errors in n requests that a ratio of p1 stays within with a probability of at most beta; -1 for none. */
export const passAtErrors = (n: number, p1: number, beta: number): number =>
  n - failAtErrors(n, 1 - p1, beta);
