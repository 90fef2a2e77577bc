import { describe, expect, test } from '@jest/globals';
import { parseSchedule } from '#localcloud/services/events/schedule';

const at = (text: string): number => Date.parse(text);
const next = (expression: string, after: string, from = after): string | undefined => {
  const time = parseSchedule(expression)?.next(at(from), at(after));
  return time === undefined ? undefined : new Date(time).toISOString();
};

describe('a schedule', () => {
  test('with a rate counts from the creation of the rule', () => {
    expect(next('rate(5 minutes)', '2026-01-01T00:07:00Z', '2026-01-01T00:01:30Z')).toBe(
      '2026-01-01T00:11:30.000Z',
    );
    expect(next('rate(1 day)', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z');
  });

  test.each([
    ['cron(0 12 * * ? *)', '2026-01-01T12:00:00Z', '2026-01-02T12:00:00.000Z'],
    ['cron(0/15 8-9 ? * MON-FRI *)', '2026-01-03T00:00:00Z', '2026-01-05T08:00:00.000Z'],
    ['cron(0 8 1 JAN,JUL ? 2027)', '2026-01-03T00:00:00Z', '2027-01-01T08:00:00.000Z'],
    ['cron(30 6 ? * 1 *)', '2026-01-01T00:00:00Z', '2026-01-04T06:30:00.000Z'],
    ['cron(0 0 29 2 ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s after %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  test.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'cron(* * * * *)',
    'cron(0 12 * * * *)',
    'cron(0 12 ? * ? *)',
    'cron(61 12 * * ? *)',
    'at noon',
  ])('%s is refused', (expression) => {
    expect(parseSchedule(expression)).toBeUndefined();
  });
});
