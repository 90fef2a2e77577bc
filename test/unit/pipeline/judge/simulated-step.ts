import { judge } from '#pipeline/judge/judge';
import type { JudgeInput, Judgement } from '#pipeline/judge/judge';
import type { RandomSource } from '#test/parity/protocols/random-value';

/** A step of a rollout with made-up traffic. */
export interface SimulatedStep {
  /** What share of requests really fails. */
  readonly greenRatio: number;
  readonly blueRatio?: number;
  /** Green's share of the traffic, 0 to 1. */
  readonly weight: number;
  readonly requestsPerLook: number;
  readonly looks: number;
  readonly settings: JudgeInput['settings'];
  readonly steps: number;
  /** Whether the step is over with the first pass, or goes on until the last look. */
  readonly endsWithPass: boolean;
}

/** Errors of so many requests: the gaps between two errors are drawn, not each request. */
export const drawErrors = (requests: number, ratio: number, random: RandomSource): number => {
  if (ratio <= 0) return 0;
  if (ratio >= 1) return requests;
  const gap = (): number => 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-ratio));
  let errors = 0;
  for (let at = gap(); at <= requests; at += gap()) errors += 1;
  return errors;
};

/** Plays a step: figures grow by random amounts, and after each the judge is asked. Gives its last word. */
export const simulateStep = (step: SimulatedStep, random: RandomSource): Judgement => {
  const { settings, steps, weight, blueRatio } = step;
  let green = { requests: 0, errors: 0 };
  let blue = { requests: 0, errors: 0 };
  for (let look = 1; ; look += 1) {
    const total = step.requestsPerLook * (0.5 + random());
    const toGreen = Math.round(total * weight);
    const toBlue = Math.round(total * (1 - weight));
    green = {
      requests: green.requests + toGreen,
      errors: green.errors + drawErrors(toGreen, step.greenRatio, random),
    };
    blue = {
      requests: blue.requests + toBlue,
      errors: blue.errors + drawErrors(toBlue, blueRatio ?? 0, random),
    };
    const judgement = judge({ green, settings, steps, ...(blueRatio === undefined ? {} : { blue }) });
    const over = judgement.verdict === 'fail' || (step.endsWithPass && judgement.verdict === 'pass');
    if (over || look >= step.looks) return judgement;
  }
};

/** The share of times that the run ends so. */
export const shareOf = (times: number, run: () => boolean): number => {
  let hits = 0;
  for (let time = 0; time < times; time += 1) if (run()) hits += 1;
  return hits / times;
};
