import { describe, expect, test } from '@jest/globals';
import { batchLimit, batchSeconds, launchFloor, turnOverSeconds } from '#pipeline/recycle/turn-over';
import { aFleetGroup, aFleetMachine, aRecyclingPolicy } from '#test/helpers/fleet-fixtures';

const groupOf = (machines: number, overrides = {}): ReturnType<typeof aFleetGroup> =>
  aFleetGroup({
    machines: Array.from({ length: machines }, (_, index) => aFleetMachine(index)),
    ...overrides,
  });
const policy = aRecyclingPolicy();

test('100,000 machines take 13 h 45 min to launch; 173,800 are the most in a day', () => {
  expect(launchFloor(100_000)).toEqual({ seconds: 49_500, machinesPerDay: 173_800 });
  expect(launchFloor(1000).seconds).toBe(0);
});

test('I12: a batch is a tenth of its group, at least one, at most what one call takes', () => {
  expect([1, 9, 10, 19, 20, 999, 1000, 50_000].map(batchLimit)).toEqual([1, 1, 1, 1, 2, 99, 100, 100]);
});

test('a batch takes boot, drain and ten seconds of our own', () => {
  expect(batchSeconds({ bootSeconds: 8 }, { drainSeconds: 5 })).toBe(23);
});

describe('turnOverSeconds', () => {
  test('a group takes its batches one after another', () => {
    expect(turnOverSeconds([groupOf(4)], policy, 10)).toBe(4 * 70);
    expect(turnOverSeconds([groupOf(20)], policy, 10)).toBe(10 * 70);
  });

  test('three zones take as few batches as one: a hundred machines ten', () => {
    expect(turnOverSeconds([groupOf(100)], policy, 10)).toBe(10 * 70);
  });

  test('a group out of balance takes longer: its fullest zone is not ahead by more than its share', () => {
    const zoned = Array.from('aaaaaaaaaaaabbbbcccc', (zone, index) => aFleetMachine(index, { zone }));
    expect(turnOverSeconds([aFleetGroup({ machines: zoned })], policy, 10)).toBe(12 * 70);
  });

  test('groups go on side by side within the budget', () => {
    const groups = [groupOf(4), groupOf(4), groupOf(4)];
    expect(turnOverSeconds(groups, policy, 3)).toBe(4 * 70);
    expect(turnOverSeconds(groups, policy, 1)).toBe(12 * 70);
  });

  test('room for fewer machines than a batch makes batches smaller', () => {
    expect(turnOverSeconds([groupOf(20, { desired: 20, max: 21 })], policy, 10)).toBe(20 * 70);
  });

  test("is never shorter than the account's launch rate allows", () => {
    expect(turnOverSeconds([groupOf(10_000)], aRecyclingPolicy({ drainSeconds: 0 }), 10_000)).toBe(4500);
  });
});
