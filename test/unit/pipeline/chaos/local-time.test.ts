import { describe, expect, test } from '@jest/globals';
import { localTime } from '#pipeline/chaos/local-time';

describe('local time', () => {
  test.each([
    ['2026-01-15T23:30:00Z', 'Europe/Berlin', '2026-01-16', 30, 'FRI'],
    ['2026-01-15T23:30:00Z', 'America/New_York', '2026-01-15', 1110, 'THU'],
    ['2026-01-15T00:00:00Z', 'UTC', '2026-01-15', 0, 'THU'],
    ['2026-01-15T00:00:00Z', 'Asia/Kathmandu', '2026-01-15', 345, 'THU'],
    ['2026-12-31T23:59:59Z', 'Pacific/Kiritimati', '2027-01-01', 839, 'FRI'],
  ])('%s in %s', (moment, zone, date, minute, weekday) => {
    expect(localTime(new Date(moment), zone)).toEqual({ date, minute, weekday });
  });

  test('changes at the very minute, wherever it is asked from', () => {
    const around = [
      '2026-03-29T00:59:59Z',
      '2026-03-29T01:00:00Z',
      '2026-03-28T22:59:00Z',
      '2026-03-28T23:00:00Z',
    ];
    expect(around.map((moment) => localTime(new Date(moment), 'Europe/Berlin'))).toEqual([
      { date: '2026-03-29', minute: 119, weekday: 'SUN' },
      { date: '2026-03-29', minute: 180, weekday: 'SUN' },
      { date: '2026-03-28', minute: 1439, weekday: 'SAT' },
      { date: '2026-03-29', minute: 0, weekday: 'SUN' },
    ]);
  });

  test('is the same minute by minute as Intl says it, in zones with odd offsets', () => {
    for (const zone of ['Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns']) {
      const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' });
      for (let minute = 0; minute < 40; minute += 1) {
        const moment = new Date(Date.parse('2026-04-04T14:45:00Z') + minute * 60_000);
        const [hours = '', minutes = ''] = format.format(moment).split(':');
        expect(localTime(moment, zone).minute).toBe(Number(hours) * 60 + Number(minutes));
      }
    }
  });

  test('has an hour twice when summer time ends', () => {
    const minutes = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(
      (moment) => localTime(new Date(moment), 'Europe/Berlin').minute,
    );
    expect(minutes).toEqual([150, 150]);
  });
});
