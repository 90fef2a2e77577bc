import { failAtErrors, passAtErrors, upperTail } from './binomial.ts';
import { sampleSize } from './sample-size.ts';

/** Of all rollouts without anything wrong, at most this share is undone by the judge, all steps together. */
const FALSE_ABORTS_PER_ROLLOUT = 0.02;
/** What the first stage of a step may use of its share; the rest is for later stages. */
const FIRST_STAGE_SHARE = 0.75;
/** The significance of a single decision, where the budget allows for it. */
const ALPHA = 0.01;
const MISSES_PER_STEP = 0.05;
const STAGE_GROWTH = 1.25;

/** From when on a step can be decided. */
export interface Boundaries {
  /** Requests that the first decision needs. */
  readonly samples: number;
  /** Errors among n requests from which on green is worse than the baseline. */
  readonly failAt: (n: number) => number;
  /** Errors among n requests up to which green is better than what is to be detected; -1 for none. */
  readonly passAt: (n: number) => number;
}

/** Shares 1/2, 1/6, 1/12, … of what is left: they add up to no more than all of it, however many stages come. */
const share = (budget: number, stage: number): number => budget / (stage * (stage + 1));

/** Remembers what was computed for each key. */
const remember = <K, V>(compute: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
};

const compute = (baseline: number, detect: number, steps: number): Boundaries => {
  const falseAborts = FALSE_ABORTS_PER_ROLLOUT / Math.max(1, steps);
  const alpha = Math.min(ALPHA, falseAborts * FIRST_STAGE_SHARE);
  const first = sampleSize({ baseline, detect, alpha, power: 1 - MISSES_PER_STEP });
  const alphaLeft = falseAborts - upperTail(first.samples, first.failAtErrors, baseline);
  const betaLeft = MISSES_PER_STEP - (1 - upperTail(first.samples, first.failAtErrors, detect));
  const sizeOf = (stage: number): number => Math.ceil(first.samples * STAGE_GROWTH ** stage);
  const failAtStage = remember((stage: number) =>
    stage === 0 ? first.failAtErrors : failAtErrors(sizeOf(stage), baseline, share(alphaLeft, stage)),
  );
  const passAtStage = remember((stage: number) => {
    const atFirst = first.failAtErrors - 1;
    if (stage === 0) return atFirst;
    return Math.max(atFirst, passAtErrors(sizeOf(stage), detect, share(betaLeft, stage)));
  });
  return {
    samples: first.samples,
    failAt: (n) => {
      let stage = 0;
      while (sizeOf(stage) < n) stage += 1;
      return failAtStage(stage);
    },
    passAt: (n) => {
      if (n < first.samples) return -1;
      let stage = 0;
      while (sizeOf(stage + 1) <= n) stage += 1;
      return passAtStage(stage);
    },
  };
};

const computeOnce = remember((key: string) => {
  const [baseline = 0, detect = 0, steps = 1] = key.split(' ').map(Number);
  return compute(baseline, detect, steps);
});

/**
 * The boundaries of a step. Looking again and again as figures grow is free, by construction and not by counting looks:
 * decisions belong to stages of fixed sizes, each 1.25 times the one before. Errors never become fewer, so whoever has
 * reached a stage's failing number before its size is reached, fails at its size too; and whoever passes after it, with
 * the number allowed at its size, passed there. All looks between two sizes thus decide together no more often than one
 * look at a size would, and the sizes' probabilities add up to the budget.
 */
export const boundariesOf = (
  ratios: { readonly baseline: number; readonly detect: number },
  steps: number,
): Boundaries => computeOnce(`${ratios.baseline} ${ratios.detect} ${steps}`);
