import { describe, expect, test } from '@jest/globals';
import { parseCron } from '#localcloud/schedules/cron';
import { findTimeZone } from '#localcloud/schedules/time-zone';

const runs = (fields: string, zoneName: string, after: string, count: number): string[] => {
  const zone = findTimeZone(zoneName);
  const cron = parseCron(fields);
  if (zone === undefined || cron === undefined) throw new Error(`'${fields}' in '${zoneName}' is not known`);
  const found: string[] = [];
  for (let at = Date.parse(after); found.length < count;) {
    const next = cron.next(at, zone);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().replace(':00.000Z', 'Z'));
    at = next;
  }
  return found;
};

describe('a cron expression', () => {
  test.each([
    ['the last day of the month', '0 10 L * ? *', ['2026-01-31T10:00Z', '2026-02-28T10:00Z']],
    ['the last weekday of the month', '0 10 LW * ? *', ['2026-01-30T10:00Z', '2026-02-27T10:00Z']],
    ['the weekday nearest to the 15th', '0 10 15W 2,8 ? *', ['2026-02-16T10:00Z', '2026-08-14T10:00Z']],
    ['the last Friday of the month', '0 10 ? * 6L *', ['2026-01-30T10:00Z', '2026-02-27T10:00Z']],
    ['the first Monday of the month', '0 10 ? * 2#1 *', ['2026-01-05T10:00Z', '2026-02-02T10:00Z']],
    ['the last day of the week', '0 10 ? * L *', ['2026-01-03T10:00Z', '2026-01-10T10:00Z']],
    ['1 for Sunday', '0 10 ? * 1 *', ['2026-01-04T10:00Z', '2026-01-11T10:00Z']],
    ['every 20 from 5', '5/20 9 * * ? *', ['2026-01-02T09:05Z', '2026-01-02T09:25Z']],
    ['leap days', '0 0 29 2 ? *', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['years after 2038', '0 0 1 1 ? 2040,2100', ['2040-01-01T00:00Z', '2100-01-01T00:00Z']],
    ['a year that is over', '0 0 1 1 ? 2020', []],
    ['a day that never comes', '0 0 30 2 ? *', []],
  ])('takes %s', (_rule, fields, expected) => {
    expect(runs(fields, 'UTC', '2026-01-01T12:00:00Z', 2)).toEqual(expected);
  });

  test.each([
    '0 12 * * *',
    '0 12 * * * *',
    '0 12 ? * ? *',
    '61 12 * * ? *',
    '0 24 * * ? *',
    '? 12 * * ? *',
    '0 12 ? * 8-9 *',
    '0 12 32 * ? *',
    '0 noon * * ? *',
    '0 12 * * ? * *',
  ])("'%s' is refused", (fields) => {
    expect(parseCron(fields)).toBeUndefined();
  });
});

describe('C08 a window is obeyed in its time zone', () => {
  test('18:30 stays 18:30 on the wall in summer and in winter', () => {
    const expected = ['2026-03-27T17:30Z', '2026-03-28T17:30Z', '2026-03-29T16:30Z'];
    expect(runs('30 18 * * ? *', 'Europe/Berlin', '2026-03-27T12:00:00Z', 3)).toEqual(expected);
    const autumn = ['2026-10-24T16:30Z', '2026-10-25T17:30Z'];
    expect(runs('30 18 * * ? *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual(autumn);
  });

  test('days of the week are those of the zone', () => {
    // Monday 08:00 in Auckland is Sunday evening in UTC.
    expect(runs('0 8 ? * MON *', 'Pacific/Auckland', '2026-01-01T00:00:00Z', 1)).toEqual([
      '2026-01-04T19:00Z',
    ]);
  });

  test('zones with half hours are zones too', () => {
    expect(runs('0 9 * * ? *', 'Asia/Kolkata', '2026-01-01T12:00:00Z', 1)).toEqual(['2026-01-02T03:30Z']);
  });
});

describe('K03 when the clock changes', () => {
  test('a time that is skipped in spring does not come', () => {
    const expected = ['2026-03-28T01:30Z', '2026-03-30T00:30Z'];
    expect(runs('30 2 * * ? *', 'Europe/Berlin', '2026-03-27T12:00:00Z', 2)).toEqual(expected);
  });

  test('a time that comes twice in autumn counts once', () => {
    const expected = ['2026-10-24T00:30Z', '2026-10-25T00:30Z', '2026-10-26T01:30Z'];
    expect(runs('30 2 * * ? *', 'Europe/Berlin', '2026-10-23T12:00:00Z', 3)).toEqual(expected);
  });

  test('the second of two like hours is left out', () => {
    const expected = ['2026-10-25T00:00Z', '2026-10-25T00:30Z', '2026-10-25T02:00Z'];
    expect(runs('0/30 * * * ? *', 'Europe/Berlin', '2026-10-24T23:45:00Z', 3)).toEqual(expected);
  });

  test('a search that begins in the second hour finds the next time after it', () => {
    expect(runs('0/30 * * * ? *', 'Europe/Berlin', '2026-10-25T01:15:00Z', 1)).toEqual(['2026-10-25T02:00Z']);
  });

  test('a change of half an hour is one', () => {
    // Lord Howe Island sets its clock from 02:00 to 02:30.
    const expected = ['2026-10-02T15:45Z', '2026-10-04T15:15Z'];
    expect(runs('15 2 * * ? *', 'Australia/Lord_Howe', '2026-10-02T00:00:00Z', 2)).toEqual(expected);
  });
});
