import { describe, expect, test } from '@jest/globals';
import { nearestWord } from '#pipeline/environments/nearest-word';

const WORDS = ['name', 'port', 'capacity', 'warmBlueMinutes', 'drainSeconds'];

describe('nearestWord', () => {
  test.each([
    ['prot', 'port'],
    ['capcity', 'capacity'],
    ['warm-blue-minutes', 'warmBlueMinutes'],
    ['warm_blue_minute', 'warmBlueMinutes'],
    ['DrainSeconds', 'drainSeconds'],
  ])('%s was meant to be %s', (word, meant) => {
    expect(nearestWord(word, WORDS)).toBe(meant);
  });

  test.each(['colour', 'x', '', 'x'.repeat(100_000)])('nothing is near to a word like none', (word) => {
    expect(nearestWord(word, WORDS)).toBeUndefined();
  });
});
