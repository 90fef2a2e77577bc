import { describe, expect, test } from '@jest/globals';
import { weightedChoice } from '#localcloud/load-balancer/weighted-choice';

describe('weightedChoice', () => {
  test('gives each its weight in every round, evenly spread', () => {
    const choose = weightedChoice([
      { name: 'a', weight: 5 },
      { name: 'b', weight: 1 },
      { name: 'c', weight: 1 },
    ]);
    const rounds = Array.from({ length: 14 }, () => choose()?.name).join('');
    expect(rounds).toBe('aabacaaaabacaa'.slice(0, 14));
  });

  test('keeps the weights when it is made anew for every choice', () => {
    const weights = [
      { name: 'blue', weight: 90 },
      { name: 'green', weight: 10 },
    ];
    const green = Array.from({ length: 1_000 }, (_, index) =>
      weightedChoice(weights, index / 1_000)(),
    ).filter((chosen) => chosen?.name === 'green');
    expect(green).toHaveLength(100);
  });

  test('chooses nothing when all weights are 0', () => {
    expect(weightedChoice([{ weight: 0 }])()).toBeUndefined();
    expect(weightedChoice([])()).toBeUndefined();
  });

  test('never chooses weight 0 beside others', () => {
    const choose = weightedChoice([
      { name: 'blue', weight: 999 },
      { name: 'green', weight: 0 },
    ]);
    expect(new Set(Array.from({ length: 1_000 }, () => choose()?.name))).toEqual(new Set(['blue']));
  });
});
