import { describe, expect, test } from '@jest/globals';
import { findTimeZone } from '#localcloud/schedules/time-zone';

const at = (text: string): number => Date.parse(`${text}Z`);

describe('a time zone', () => {
  const berlin = findTimeZone('Europe/Berlin');

  test('gives the first of two instants with the same time on the wall', () => {
    expect(berlin?.instant(at('2026-10-25T02:30'))).toBe(at('2026-10-25T00:30'));
  });

  test('has no instant for a time that is skipped; the nearest is as much later', () => {
    expect(berlin?.instant(at('2026-03-29T02:30'))).toBeUndefined();
    expect(berlin?.nearestInstant(at('2026-03-29T02:30'))).toBe(at('2026-03-29T01:30'));
  });

  test('every instant of a year comes back from the wall, but for the doubled hour', () => {
    let lost = 0;
    for (let instant = at('2026-01-01T00:00'); instant < at('2027-01-01T00:00'); instant += 900_000) {
      const back = berlin?.instant(berlin.wallClock(instant));
      if (back !== instant) lost += 1;
    }
    expect(lost).toBe(4);
  });

  test.each(['Europe/Nowhere', '+01:00', '', 'Berlin Time'])("'%s' is none", (name) => {
    expect(findTimeZone(name)).toBeUndefined();
  });
});
