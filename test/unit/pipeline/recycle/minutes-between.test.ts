import { expect, test } from '@jest/globals';
import { minutesBetween } from '#pipeline/recycle/minutes-between';

test.each([
  ['rate(1 minute)', 1],
  ['rate(30 minutes)', 30],
  ['rate(2 hours)', 120],
  ['rate(1 day)', 1440],
  ['cron(0 3 * * ? *)', 5],
  [undefined, 5],
])('%s comes every %s minutes', (expression, minutes) => {
  expect(minutesBetween(expression)).toBe(minutes);
});
