import { describe, expect, test } from '@jest/globals';
import { poll } from '#pipeline/clock';
import { instantClock } from '#test/helpers/instant-clock';

describe('poll', () => {
  test('asks at an even interval until there is an answer', async () => {
    const clock = instantClock();
    const at: number[] = [];
    const answer = await poll(clock, { intervalMilliseconds: 100, timeoutMilliseconds: 1000 }, () => {
      at.push(clock.waited());
      return Promise.resolve(at.length === 4 ? 'there' : undefined);
    });
    expect(answer).toBe('there');
    expect(at).toEqual([0, 100, 200, 300]);
  });

  test('asks less and less often up to the longest interval', async () => {
    const clock = instantClock();
    const at: number[] = [];
    const options = { intervalMilliseconds: 64, longestMilliseconds: 110, timeoutMilliseconds: 500 };
    const answer = await poll(clock, options, () => {
      at.push(clock.waited());
      return Promise.resolve(undefined);
    });
    expect(answer).toBeUndefined();
    expect(at).toEqual([0, 64, 144, 244, 354, 464, 574]);
  });
});
