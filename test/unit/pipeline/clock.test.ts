import { describe, expect, test } from '@jest/globals';
import { poll } from '#pipeline/clock';
import { instantClock } from '#test/helpers/instant-clock';
import { createSteeredClock } from '#test/helpers/steered-clock';

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

  const lessOften = async (more: { readonly waitedMilliseconds?: number }): Promise<readonly number[]> => {
    const clock = instantClock();
    const at: number[] = [];
    const options = { intervalMilliseconds: 40, longestMilliseconds: 100, timeoutMilliseconds: 500 };
    const answer = await poll(clock, { ...options, ...more }, () => {
      at.push(clock.waited());
      return Promise.resolve(undefined);
    });
    expect(answer).toBeUndefined();
    return at;
  };

  test('asks less and less often up to the longest interval', async () => {
    expect(await lessOften({})).toEqual([0, 40, 80, 120, 160, 200, 250, 313, 391, 489, 589]);
  });

  test('what was waited before counts', async () => {
    expect(await lessOften({ waitedMilliseconds: 1000 })).toEqual([0, 100, 200, 300, 400, 500]);
  });

  test.each([-3600, 86_400])(
    'K01 gives up after its time when the wall clock is set by %i s meanwhile',
    async (seconds) => {
      const clock = createSteeredClock();
      let asked = 0;
      const options = { intervalMilliseconds: 1000, timeoutMilliseconds: 10_000 };
      let answer: string | undefined = 'nothing yet';
      const polling = poll(clock.seenBy(), options, () => {
        asked += 1;
        return Promise.resolve(undefined);
      }).then((given) => (answer = given));
      await clock.advance(5000);
      clock.jump(seconds);
      await clock.advance(4999);
      expect([asked, answer]).toEqual([10, 'nothing yet']);
      await clock.advance(1);
      await polling;
      expect([asked, answer]).toEqual([11, undefined]);
    },
  );
});
