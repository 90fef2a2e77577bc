import { logChoose } from './log-factorial.ts';
import type { RequestCounts } from './request-counts.ts';

/**
 * Probability that chance alone gives green so many of all the errors, or more, when green and blue fail equally often
 * (Fisher's exact test): what blue's ratio really is need not be known, and few requests to blue prove little.
 */
export const chanceOfEqual = (green: RequestCounts, blue: RequestCounts): number => {
  const requests = green.requests + blue.requests;
  const errors = green.errors + blue.errors;
  if (green.errors * blue.requests <= blue.errors * green.requests) return 1;
  let term = Math.exp(
    logChoose(green.requests, green.errors) +
      logChoose(blue.requests, blue.errors) -
      logChoose(requests, errors),
  );
  let sum = 0;
  for (let ofGreen = green.errors; term > sum * 1e-18; ofGreen += 1) {
    sum += term;
    const ofBlue = errors - ofGreen;
    term *= ((green.requests - ofGreen) / (ofGreen + 1)) * (ofBlue / (blue.requests - ofBlue + 1));
  }
  return Math.min(1, sum);
};
