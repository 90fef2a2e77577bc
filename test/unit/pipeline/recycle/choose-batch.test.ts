import { describe, expect, test } from '@jest/globals';
import { chooseBatch, chooseOthers } from '#pipeline/recycle/choose-batch';
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
describe('chooseBatch', () => {
  test('takes the one that has been due longest', () => {
    expect(idsOf(chooseBatch(dueIn('abc'), machinesIn('aabbcc'), 1))).toEqual(['i-0']);
  });

  test('takes of every zone rather than emptying one, and of each the longest due', () => {
    expect(idsOf(chooseBatch(dueIn('aaabc'), machinesIn('aaabbbccc'), 3))).toEqual(['i-0', 'i-3', 'i-4']);
    expect(idsOf(chooseBatch(dueIn('aaabbc'), machinesIn('aaabbbccc'), 5))).toEqual([
      'i-0',
      'i-1',
      'i-3',
      'i-4',
      'i-5',
    ]);
  });

  test('of zones that are equal it takes the same in whatever order machines are listed', () => {
    const due = Array.from('cab', (zone, index) => ({ instanceId: `i-${index}` as const, zone, dueAt: 0 }));
    expect(idsOf(chooseBatch(due, machinesIn('cba'), 2))).toEqual(['i-0', 'i-1']);
    expect(idsOf(chooseBatch(due, machinesIn('abc'), 2))).toEqual(['i-0', 'i-1']);
  });

  test('only one zone has machines due: it goes ahead of the others by an even share of the batch', () => {
    expect(idsOf(chooseBatch(dueIn('aaa'), machinesIn('aaabbbccc'), 3))).toEqual(['i-0']);
    expect(chooseBatch(dueIn('a'.repeat(10)), machinesIn('abc'.repeat(30)), 9)).toHaveLength(3);
    expect(chooseBatch(dueIn('a'.repeat(10)), machinesIn('a'.repeat(90)), 9)).toHaveLength(9);
  });

  test('takes one even from the fullest zone: it would never get its turn', () => {
    expect(idsOf(chooseBatch(dueIn('a'), machinesIn('aabc'), 1))).toEqual(['i-0']);
  });

  test('nothing due, no limit left: nothing chosen', () => {
    expect(chooseBatch([], machinesIn('abc'), 5)).toEqual([]);
    expect(chooseBatch(dueIn('abc'), machinesIn('abc'), 0)).toEqual([]);
  });

  test(`I12: while a batch is under way no zone has more of it than another and an even share (seed ${SEED})`, () => {
    const random = createRandomSource(SEED);
    for (let round = 0; round < 500; round += 1) {
      const zones = 'abcd'.slice(0, 1 + Math.floor(random() * 4));
      const machines = Array.from({ length: zones.length + Math.floor(random() * 60) }, () => ({
        zone: zones[Math.floor(random() * zones.length)] ?? 'a',
      }));
      const all = random() < 0.3;
      const due = dueIn(
        machines
          .filter(() => all || random() < 0.4)
          .map(({ zone }) => zone)
          .join(''),
      );
      const limit = 1 + Math.floor(random() * 20);
      const batch = chooseBatch(due, machines, limit);
      expect(batch.length).toBeLessThanOrEqual(limit);
      expect(batch.length).toBeGreaterThanOrEqual(Math.min(1, due.length));
      expect(new Set(idsOf(batch)).size).toBe(batch.length);
      if (due.length > 0) expect(batch).toContain(due[0]);
      const counts = new Map(machines.map(({ zone }) => [zone, 0]));
      for (const { zone } of batch) counts.set(zone, (counts.get(zone) ?? 0) + 1);
      const lead = Math.max(...counts.values()) - Math.min(...counts.values());
      expect(lead).toBeLessThanOrEqual(Math.ceil(limit / counts.size));
      for (const zone of counts.keys()) {
        const inZone = due.filter((machine) => machine.zone === zone);
        expect(batch.filter((machine) => machine.zone === zone)).toEqual(inZone.slice(0, counts.get(zone)));
      }
    }
  });
});

describe('chooseOthers', () => {
  test('names of each zone that has no machine in the batch the longest due, in that order', () => {
    const due = dueIn('acabbc');
    expect(idsOf(chooseOthers(due, chooseBatch(due, machinesIn('abc'), 1)))).toEqual(['i-1', 'i-3']);
    expect(chooseOthers(due, due)).toEqual([]);
  });
});
