import { describe, expect, test } from '@jest/globals';
import { defaultJudgeSettings, judge } from '#pipeline/judge/judge';
import type { JudgeInput } from '#pipeline/judge/judge';

const counts = (requests: number, errors: number) => ({ requests, errors });

const judged = (input: Partial<JudgeInput> & Pick<JudgeInput, 'green'>) =>
  judge({ blue: counts(9000, 9), settings: defaultJudgeSettings, steps: 3, ...input });

describe('the judge', () => {
  test('decides with 95 requests, not before, and says how many it has', () => {
    expect(judged({ green: counts(17, 0) })).toMatchObject({
      verdict: 'inconclusive',
      cause: 'too-few-requests',
      reason: expect.stringContaining('17 of 95 requests') as unknown,
      neededRequests: 95,
    });
    expect(judged({ green: counts(94, 0) }).verdict).toBe('inconclusive');
    expect(judged({ green: counts(95, 0) })).toMatchObject({ verdict: 'pass', cause: 'healthy' });
  });

  test('a step with one error of 95 passes, with two it fails', () => {
    expect(judged({ green: counts(95, 1) }).verdict).toBe('pass');
    expect(judged({ green: counts(95, 2) })).toMatchObject({
      verdict: 'fail',
      cause: 'errors',
      failAtErrors: 2,
      reason:
        'green: 2 of 95 requests failed (2.1 %), blue: 9 of 9000 requests failed (0.1 %); 2 errors are too many',
    });
  });

  test('fails early, as soon as the errors are reached that would fail at 95 requests', () => {
    expect(judged({ green: counts(5, 2) }).verdict).toBe('fail');
    expect(judged({ green: counts(5, 1) }).verdict).toBe('inconclusive');
  });

  test("an app's first release has no blue and is judged by the baseline", () => {
    const without = { settings: defaultJudgeSettings, steps: 3 };
    expect(judge({ ...without, green: counts(95, 2) })).toMatchObject({
      verdict: 'fail',
      reason: 'green: 2 of 95 requests failed (2.1 %); 2 errors are too many',
    });
    expect(judge({ ...without, green: counts(95, 0) }).verdict).toBe('pass');
    expect(judge({ ...without, green: counts(95, 50), blue: counts(0, 0) }).verdict).toBe('fail');
  });

  test('with hardly any requests to blue it waits for more of them instead of blaming green', () => {
    expect(judged({ green: counts(100, 5), blue: counts(10, 0) })).toMatchObject({
      verdict: 'inconclusive',
      cause: 'undecided',
      reason: expect.stringContaining('needs more requests to blue') as unknown,
    });
    expect(judged({ green: counts(100, 100), blue: counts(10, 0) }).verdict).toBe('fail');
  });

  test('a release that repairs what is broken in blue passes', () => {
    expect(judged({ green: counts(1000, 1), blue: counts(9000, 1800) }).verdict).toBe('pass');
  });

  test('a rise that is far below what must be caught is left alone, however significant', () => {
    const blue = counts(9_000_000, 9000);
    expect(judged({ green: counts(1_000_000, 1300), blue }).verdict).toBe('pass');
    expect(judged({ green: counts(1_000_000, 10_000), blue }).verdict).toBe('fail');
  });

  test('more errors than requests, as attempts to connect are counted, are as many as requests', () => {
    expect(judged({ green: counts(10, 25) }).reason).toContain('10 of 10 requests failed (100 %)');
  });

  test('settings that cannot be told apart are refused', () => {
    const settings = { baselineErrorRatio: 0.05, detectErrorRatio: 0.05 };
    expect(() => judged({ green: counts(95, 0), settings })).toThrow('expected above the baseline');
  });
});

describe('latency', () => {
  const settings = { ...defaultJudgeSettings, p95LatencyRatio: 1.5 };
  const slow = { greenP95Seconds: 0.9, blueP95Seconds: 0.3 };

  test('green fails when its 95th percentile is above the allowed multiple of blue’s', () => {
    expect(judged({ green: counts(1000, 0), settings, latency: slow })).toMatchObject({
      verdict: 'fail',
      cause: 'latency',
      reason:
        "95 % of green's requests took up to 900 ms, of blue's 300 ms: 3.0 times, at most 1.5 times is allowed",
    });
  });

  test.each([
    ['it is not to be judged', { settings: defaultJudgeSettings, latency: slow }],
    ['green had too few requests', { green: counts(199, 0), settings, latency: slow }],
    ['blue had too few requests', { blue: counts(199, 0), settings, latency: slow }],
    ['it is within the multiple', { settings, latency: { greenP95Seconds: 0.44, blueP95Seconds: 0.3 } }],
    ['nobody would notice', { settings, latency: { greenP95Seconds: 0.009, blueP95Seconds: 0.001 } }],
    ['it is not known', { settings }],
    ['it is no number', { settings, latency: { greenP95Seconds: Number.NaN, blueP95Seconds: Number.NaN } }],
    ['blue’s is zero', { settings, latency: { greenP95Seconds: 1, blueP95Seconds: 0 } }],
  ])('green passes when %s', (_, more) => {
    expect(judged({ green: counts(1000, 0), ...more }).verdict).toBe('pass');
  });
});
