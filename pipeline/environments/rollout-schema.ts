import * as z from 'zod';
import { defaultJudgeSettings } from '../judge/judge.ts';
import type { JudgeSettings } from '../judge/judge.ts';
import type { RolloutStrategy, RolloutStep } from './environment.ts';
import { listOf, mapping, ratio, text, whole } from './schema-parts.ts';

const HOUR_SECONDS = 3600;
/**
 * A look at a step takes some 20 s and three events of the execution's history, which holds 25,000 (AWS-FACTS 4.6): half a day
 * of looks is 6,200 of them, and 14,000 are for waiting for the lease, for an environment that is off and for machines.
 */
const MAX_HOURS = 12;
const ALL_AT_ONCE = 'all-at-once';

const weight = whole(1, 100);

const step = z.preprocess(
  (value) => (typeof value === 'number' ? { weight: value } : value),
  mapping({ weight, pauseSeconds: whole(0, MAX_HOURS * HOUR_SECONDS).default(60) }),
);

const isRising = (steps: readonly RolloutStep[], context: z.RefinementCtx): void => {
  for (const [index, { weight: here }] of steps.entries()) {
    const before = steps[index - 1]?.weight ?? 0;
    if (here <= before) {
      const message = `expected more than the ${before} of the step before`;
      context.addIssue({ code: 'custom', path: [index, 'weight'], message });
    }
  }
  const last = steps.length - 1;
  if (last >= 0 && steps[last]?.weight !== 100)
    context.addIssue({ code: 'custom', path: [last, 'weight'], message: 'expected 100 in the last step' });
};

const steps = listOf(step, { least: 1, most: 20 }).superRefine(isRising);

const judge = z
  .preprocess(
    (value) => (value === true ? {} : value),
    mapping({
      baselineErrorRatio: ratio(0, 1).default(defaultJudgeSettings.baselineErrorRatio),
      detectErrorRatio: ratio(0, 1).default(defaultJudgeSettings.detectErrorRatio),
      p95LatencyRatio: ratio(1, 1000).optional(),
    }),
  )
  .superRefine(({ baselineErrorRatio, detectErrorRatio }, context) => {
    if (detectErrorRatio < baselineErrorRatio * 2) {
      const message = `expected at least twice the baselineErrorRatio, ${baselineErrorRatio}`;
      context.addIssue({ code: 'custom', path: ['detectErrorRatio'], message });
    }
  });

const alarms = mapping({
  names: listOf(text(/^[^\0]{1,255}$/, "an alarm's name, 1 to 255 characters"), { least: 0, most: 100 }),
  insufficientData: z.enum(['hold', 'ignore'], { error: "expected 'hold' or 'ignore'" }).default('hold'),
});

const strategy = mapping(
  {
    steps: steps.default([{ weight: 100, pauseSeconds: 0 }]),
    canaryMachines: whole(1, 1000).optional(),
    settleSeconds: whole(0, 300).default(5),
    deadlineSeconds: whole(10, MAX_HOURS * HOUR_SECONDS).default(1800),
    judge: judge.optional(),
    alarms: alarms.default({ names: [], insufficientData: 'hold' }),
  },
  "'all-at-once'",
).superRefine(({ steps, deadlineSeconds, settleSeconds }, context) => {
  const seconds = steps
    .map(({ pauseSeconds }) => pauseSeconds + deadlineSeconds + settleSeconds)
    .reduce((sum, each) => sum + each, 0);
  if (seconds > MAX_HOURS * HOUR_SECONDS) {
    const hours = Math.ceil(seconds / HOUR_SECONDS);
    const message = `has steps that may take ${hours} hours in all, at most ${MAX_HOURS} are possible`;
    context.addIssue({ code: 'custom', path: ['steps'], message });
  }
});

const judgeSettings = ({ p95LatencyRatio, ...ratios }: z.output<typeof judge>): JudgeSettings =>
  p95LatencyRatio === undefined ? ratios : { ...ratios, p95LatencyRatio };

/** How traffic moves to a new release, as the file says it; `all-at-once` stands for one step of 100 %. */
export const rolloutSchema = z
  .preprocess((value) => (value === ALL_AT_ONCE ? {} : value), strategy)
  .transform(({ canaryMachines, judge, ...rest }): RolloutStrategy => ({
    ...rest,
    ...(canaryMachines === undefined ? {} : { canaryMachines }),
    ...(judge === undefined ? {} : { judge: judgeSettings(judge) }),
  }));
