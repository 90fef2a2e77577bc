import { describe, expect, test } from '@jest/globals';
import { clockTime, withClockTimes } from '#cli/clock-time';

describe('clockTime', () => {
  const now = new Date(2026, 0, 5, 12, 0);

  test.each([
    [new Date(2026, 0, 5, 18, 5), '18:05'],
    [new Date(2026, 0, 5, 0, 5), '00:05'],
    [new Date(2026, 0, 6, 11, 59), 'tomorrow 11:59'],
    [new Date(2026, 0, 4, 23, 0), '2026-01-04 23:00'],
    [new Date(2026, 0, 7, 9, 30), '2026-01-07 09:30'],
  ])('says the hour at this machine, and the day when it is not today: %s', (moment, text) => {
    expect(clockTime(moment.toISOString(), now)).toBe(text);
  });
});

describe('withClockTimes', () => {
  test('replaces the times in a text and nothing else', () => {
    const now = new Date(2026, 0, 5, 12, 0);
    const until = new Date(2026, 0, 5, 12, 30);
    expect(withClockTimes(`pause until ${until.toISOString()}, 2026-01-05`, now)).toBe(
      'pause until 12:30, 2026-01-05',
    );
  });
});
