import { describe, expect, test } from '@jest/globals';
import { recycleParameters, shortGraces } from '#cli/deploy/recycle-schedule';

describe('the recycling schedule', () => {
  test.each([
    [undefined, {}],
    [1, { RecycleSchedule: 'rate(1 minute)' }],
    [15, { RecycleSchedule: 'rate(15 minutes)' }],
  ])('every %s minutes is a parameter of the template', (minutes, parameters) => {
    expect(recycleParameters(minutes)).toEqual(parameters);
  });

  test('a grace of less than two looks is told, where machines have an age at all', () => {
    const environments = [
      { name: 'a', maximumUptimeMinutes: 60, uptimeGraceMinutes: 9 },
      { name: 'b', maximumUptimeMinutes: 60, uptimeGraceMinutes: 10 },
      { name: 'c', uptimeGraceMinutes: 1 },
    ];
    expect(shortGraces(environments)).toEqual([expect.stringMatching(/^a: uptimeGraceMinutes is 9 /)]);
    expect(shortGraces(environments, 4)).toEqual([]);
    expect(shortGraces(environments, 6)).toHaveLength(2);
  });
});
