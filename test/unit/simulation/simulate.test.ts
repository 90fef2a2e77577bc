import { describe, expect, test } from '@jest/globals';
import { describeFailure } from '#test/simulation/describe-failure';
import { simulate } from '#test/simulation/simulate';

/** Those that once showed a bug are pinned, with the days that it took; `bench/simulation.ts` runs many more. */
const SEEDS = [
  ...['1', '2', '30', '43', '137'].map((seed) => [seed, 10] as const),
  ...['14', '40', '66', '78', '88', '106', '161', '183'].map((seed) => [seed, 30] as const),
];

/** In them many replacements fail, and soon. */
const STORMY = ['stormy', 'gale', 'hail', 'thunder'];

/** Whole lives are simulated, and other suites run at the same time. */
const TIMEOUT = 60_000;

test.each(SEEDS)(
  'seed %s: in %i days of releases, recycling, chaos and faults no invariant is broken',
  async (seed, days) => {
    const run = await simulate(seed, { days });
    if (run.violations.length > 0) throw new Error(describeFailure(run));
    expect(run.figures['machines recycled']).toBeGreaterThan(50);
    expect(run.figures['rollouts live']).toBeGreaterThan(50);
  },
  TIMEOUT,
);

test(
  'I18: the same seed gives the same history, another seed another',
  async () => {
    const [first, again, other] = [
      await simulate('same', { days: 3 }),
      await simulate('same', { days: 3 }),
      await simulate('other', { days: 3 }),
    ];
    expect(again.hash).toBe(first.hash);
    expect(again.figures).toEqual(first.figures);
    expect(other.hash).not.toBe(first.hash);
  },
  TIMEOUT,
);

test(
  'without faults everything is replaced in time, nothing is given up, and nothing powers itself off',
  async () => {
    const run = await simulate('calm', { days: 15, faults: false });
    if (run.violations.length > 0) throw new Error(describeFailure(run));
    const { figures } = run;
    expect(figures['replacements recycled']).toBeGreaterThan(100);
    expect(figures['machines that powered themselves off'] ?? 0).toBe(0);
    expect(figures['recycling.blocked'] ?? 0).toBe(0);
  },
  TIMEOUT,
);

describe('the checker sees', () => {
  test.each([
    ['retire-unhealthy', 'I1'],
    ['kill-unrecorded', 'I13'],
    ['leave-surplus', 'I10'],
  ] as const)(
    '%s as a violation of %s',
    async (sabotage, invariant) => {
      const seen = new Set<string>();
      // Whether it comes to something is a matter of what happens besides.
      for (const seed of STORMY) {
        const { violations } = await simulate(seed, { days: 12, sabotage });
        for (const violation of violations) seen.add(violation.invariant);
        if (seen.has(invariant)) break;
      }
      expect([...seen]).toContain(invariant);
    },
    TIMEOUT,
  );
});
