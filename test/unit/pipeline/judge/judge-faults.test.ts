import { describe, expect, test } from '@jest/globals';
import { defaultJudgeSettings, judge } from '#pipeline/judge/judge';
import { countsSince } from '#pipeline/judge/request-counts';
import { createRandomSource } from '#test/parity/protocols/random-value';
import { shareOf, simulateStep } from './simulated-step.ts';

const seed = Number(process.env['JUDGE_SEED'] ?? 20_262);
const settings = defaultJudgeSettings;
const counts = (requests: number, errors: number) => ({ requests, errors });

describe('R09 errors in the canary', () => {
  test.each([
    { errors: '100 %', ratio: 1, requestsPerLook: 50, looks: 3 },
    { errors: '5 %', ratio: 0.05, requestsPerLook: 1000, looks: 10 },
    { errors: '1 %', ratio: 0.01, requestsPerLook: 6000, looks: 10 },
  ])(
    `R09 $errors of errors at a tenth of the traffic end the step within $looks looks (seed ${seed})`,
    ({ ratio, requestsPerLook, looks }) => {
      const random = createRandomSource(seed);
      const step = {
        greenRatio: ratio,
        blueRatio: 0.001,
        weight: 0.1,
        requestsPerLook,
        looks,
        settings,
        steps: 3,
        endsWithPass: false,
      };
      expect(shareOf(300, () => simulateStep(step, random).verdict === 'fail')).toBeGreaterThan(0.95);
    },
  );

  test('R09 errors that only start after 8 minutes are caught within a minute, though the step had passed', () => {
    const perMinute = counts(600, 0);
    const blue = counts(5400, 5);
    let green = counts(0, 0);
    for (let minute = 1; minute <= 8; minute += 1) {
      green = counts(green.requests + perMinute.requests, green.errors);
      const judgement = judge({
        green,
        blue: counts(blue.requests * minute, blue.errors * minute),
        settings,
        steps: 3,
      });
      expect(judgement.verdict).toBe('pass');
    }
    green = counts(green.requests + 600, green.errors + 60);
    expect(
      judge({ green, blue: counts(blue.requests * 9, blue.errors * 9), settings, steps: 3 }).verdict,
    ).toBe('fail');
  });
});

describe('R10 metrics that say nothing', () => {
  test('R10 no traffic at all is inconclusive, never a pass', () => {
    expect(judge({ green: counts(0, 0), blue: counts(0, 0), settings, steps: 3 })).toEqual({
      verdict: 'inconclusive',
      cause: 'no-requests',
      reason: 'no requests to green yet, needs 95',
      neededRequests: 95,
      missingRequests: 95,
      failAtErrors: 2,
    });
  });

  test('R10 figures that are no numbers count as none', () => {
    const nothing = counts(Number.NaN, Number.NaN);
    expect(judge({ green: nothing, blue: nothing, settings, steps: 3 }).cause).toBe('no-requests');
    expect(countsSince(nothing, counts(100, 1))).toEqual(counts(0, 0));
    expect(countsSince(counts(10, 0), nothing)).toEqual(counts(0, 0));
    const { verdict, reason } = judge({ green: counts(95, Number.NaN), blue: nothing, settings, steps: 3 });
    expect([verdict, reason]).toEqual(['pass', 'green: 0 of 95 requests failed (0 %); surely below 5 %']);
  });

  test('R10 metrics that come 3 minutes late hold the step until they come, and then decide it', () => {
    const before = counts(1200, 1);
    const cumulative = [before, before, before, counts(1800, 1), counts(2400, 61)];
    const causes = cumulative.map(
      (after) =>
        judge({ green: countsSince(before, after), blue: counts(9000, 9), settings, steps: 3 }).cause,
    );
    expect(causes).toEqual(['no-requests', 'no-requests', 'no-requests', 'healthy', 'errors']);
  });

  test('R10 a reading that is smaller than the one before it counts as nothing', () => {
    expect(countsSince(counts(500, 5), counts(0, 0))).toEqual(counts(0, 0));
  });
});

describe('R11 both fail alike', () => {
  test.each([
    ['everything fails', counts(500, 500), counts(4500, 4500)],
    ['a fifth fails', counts(500, 100), counts(4500, 900)],
    ['blue fails less, but as often as must be caught in green', counts(500, 400), counts(4500, 450)],
    ['less than what must be caught fails', counts(500, 20), counts(4500, 150)],
    ['there are few requests', counts(20, 6), counts(180, 50)],
  ])('R11 when %s, the step is held and the message says so', (_, green, blue) => {
    const judgement = judge({ green, blue, settings, steps: 3 });
    expect(judgement).toMatchObject({ verdict: 'inconclusive', cause: 'both-fail-alike' });
    expect(judgement.reason).toMatch(/^both fail alike, so it is not the release; green: .*, blue: .*/);
  });

  test('R11 green that is much worse than a troubled blue fails all the same', () => {
    const judgement = judge({ green: counts(500, 250), blue: counts(4500, 100), settings, steps: 3 });
    expect(judgement).toMatchObject({ verdict: 'fail', cause: 'errors' });
  });
});
