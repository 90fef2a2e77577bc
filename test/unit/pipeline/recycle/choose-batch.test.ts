import { describe, expect, test } from '@jest/globals';
import { chooseBatch } from '#pipeline/recycle/choose-batch';
import type { DueMachine } from '#pipeline/recycle/due-machines';
import { createRandomSource } from '#test/parity/protocols/random-value';

const SEED = 4;

// 'aab': machines due in zones a, a and b, in this order.
const dueIn = (zones: string): readonly DueMachine[] =>
  Array.from(zones).map((zone, index) => ({ instanceId: `i-${index}`, zone, dueAt: index }));
const machinesIn = (zones: string): readonly { readonly zone: string }[] =>
  Array.from(zones).map((zone) => ({ zone }));
const idsOf = (machines: readonly DueMachine[]): readonly string[] =>
  machines.map(({ instanceId }) => instanceId);
const spreadOf = (zones: readonly string[]): number => {
  const counts = [...Map.groupBy(zones, (zone) => zone).values()].map(({ length }) => length);
  return Math.max(...counts) - Math.min(...counts);
};

describe('chooseBatch', () => {
  test('takes the one that has been due longest', () => {
    expect(idsOf(chooseBatch(dueIn('abc'), machinesIn('aabbcc'), 1))).toEqual(['i-0']);
  });

  test('takes turns between zones rather than emptying one', () => {
    expect(idsOf(chooseBatch(dueIn('aaabc'), machinesIn('aaabbbccc'), 3))).toEqual(['i-0', 'i-3', 'i-4']);
    expect(idsOf(chooseBatch(dueIn('aaabbc'), machinesIn('aaabbbccc'), 5))).toEqual([
      'i-0',
      'i-3',
      'i-5',
      'i-1',
      'i-4',
    ]);
  });

  test('stops when only zones that are ahead have machines due', () => {
    expect(idsOf(chooseBatch(dueIn('aaa'), machinesIn('aaabbbccc'), 3))).toEqual(['i-0']);
  });

  test('takes one even from the fullest zone: it would never get its turn', () => {
    expect(idsOf(chooseBatch(dueIn('a'), machinesIn('aabc'), 1))).toEqual(['i-0']);
  });

  test('a zone that is far ahead takes its turns like the others', () => {
    expect(idsOf(chooseBatch(dueIn('aaaaab'), machinesIn('aaaaaab'), 4))).toEqual(['i-0', 'i-5', 'i-1']);
  });

  test('nothing due, no limit left: nothing chosen', () => {
    expect(chooseBatch([], machinesIn('abc'), 5)).toEqual([]);
    expect(chooseBatch(dueIn('abc'), machinesIn('abc'), 0)).toEqual([]);
  });

  test(`I12: a group in balance has zones within one of where they were while a batch is under way (seed ${SEED})`, () => {
    const random = createRandomSource(SEED);
    for (let round = 0; round < 500; round += 1) {
      const zones = 'abcd'.slice(0, 1 + Math.floor(random() * 4));
      const machines = Array.from({ length: zones.length + Math.floor(random() * 60) }, (_, index) => ({
        zone: zones[index % zones.length] ?? 'a',
      }));
      const due = dueIn(
        machines
          .filter(() => random() < 0.4)
          .map(({ zone }) => zone)
          .join(''),
      );
      const limit = 1 + Math.floor(random() * 20);
      const batch = chooseBatch(due, machines, limit);
      expect(batch.length).toBeLessThanOrEqual(limit);
      expect(batch.length).toBeGreaterThanOrEqual(Math.min(1, due.length));
      expect(new Set(idsOf(batch)).size).toBe(batch.length);
      const before = machines.map(({ zone }) => zone);
      const during = [...before, ...batch.map(({ zone }) => zone)];
      // The first one may come from a zone that is one ahead.
      expect(spreadOf(during)).toBeLessThanOrEqual(spreadOf(before) + 1);
    }
  });
});
