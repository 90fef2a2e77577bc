import { describe, expect, test } from '@jest/globals';
import { parseExpression } from '#localcloud/services/scheduler/expression';

const next = (text: string, zone: string | undefined, after: string): string | undefined => {
  const at = Date.parse(`${after}Z`);
  const found = parseExpression(text, zone)?.next(at, at);
  return found === undefined ? undefined : new Date(found).toISOString();
};

describe('a schedule expression', () => {
  test.each([
    ['at(2026-07-01T19:30:00)', undefined, '2026-07-01T19:30:00.000Z'],
    ['at(2026-07-01T19:30:00)', 'America/New_York', '2026-07-01T23:30:00.000Z'],
    ['at(2026-10-25T02:30:00)', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['cron(0 19 ? * MON-FRI *)', 'Europe/Berlin', '2026-01-01T18:00:00.000Z'],
    ['rate(1 hours)', undefined, '2026-01-01T13:00:00.000Z'],
    ['rate(1 day)', 'Europe/Berlin', '2026-01-02T12:00:00.000Z'],
    ['at(2025-12-31T00:00:00)', undefined, undefined],
  ])('%s in %s', (text, zone, expected) => {
    expect(next(text, zone, '2026-01-01T12:00:00')).toBe(expected);
  });

  test('K03 one time that the clock skips comes as much later', () => {
    expect(next('at(2027-03-28T02:30:00)', 'Europe/Berlin', '2026-01-01T12:00:00')).toBe(
      '2027-03-28T01:30:00.000Z',
    );
  });

  test('a day is 24 hours, also when the clock changes', () => {
    expect(next('rate(1 days)', 'Europe/Berlin', '2026-03-28T12:00:00')).toBe('2026-03-29T12:00:00.000Z');
  });

  test.each([
    'at(2026-02-30T00:00:00)',
    'at(2026-07-01T25:00:00)',
    'at(2026-07-01 19:30:00)',
    'at(2026-07-01)',
    'rate(0 minutes)',
    'rate(10 seconds)',
    'rate(-5 minutes)',
    ' rate(5 minutes)',
    'cron(0 19 * * MON *)',
    'cron()',
    'soon',
  ])("'%s' is refused", (text) => {
    expect(parseExpression(text)).toBeUndefined();
  });
});
