import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../clock.ts';
import { judge } from '../judge/judge.ts';
import type { Judgement } from '../judge/judge.ts';
import type { Latency } from '../judge/latency.ts';
import { countsSince } from '../judge/request-counts.ts';
import type { RequestCounts } from '../judge/request-counts.ts';
import { readP95 } from '../judge/request-metrics.ts';
import type { Rollout } from '../model.ts';
import { loadBalancerDimension, readStepCounts } from './step-counts.ts';
import { weightAt } from './strategy.ts';

interface JudgeTrafficDeps {
  readonly cloudWatch: CloudWatchClient;
  readonly clock: Clock;
}

/** The judgement, and what green and blue had answered since the first shift when it was made. */
export interface JudgedTraffic {
  readonly judgement: Judgement;
  readonly counts: { readonly green: RequestCounts; readonly blue: RequestCounts };
}

const readLatency = async (rollout: Rollout, deps: JudgeTrafficDeps): Promise<Latency | undefined> => {
  const { green, blue, strategy, stepStartedAt, listenerArn } = rollout;
  if (strategy.judge?.p95LatencyRatio === undefined || blue === undefined || stepStartedAt === undefined)
    return undefined;
  const p95 = await readP95(
    {
      loadBalancer: loadBalancerDimension(listenerArn),
      targetGroups: [green.targetGroupArn, blue.targetGroupArn],
      since: new Date(stepStartedAt),
      until: deps.clock.now(),
    },
    deps,
  );
  const [greenP95Seconds, blueP95Seconds] = [p95.get(green.targetGroupArn), p95.get(blue.targetGroupArn)];
  return greenP95Seconds === undefined || blueP95Seconds === undefined
    ? undefined
    : { greenP95Seconds, blueP95Seconds };
};

/**
 * Judges what green answered since the step began against blue in the same time; with all traffic on green, against what
 * blue answered in the steps before. Undefined where nothing is judged.
 */
export const judgeTraffic = async (
  rollout: Rollout,
  deps: JudgeTrafficDeps,
): Promise<JudgedTraffic | undefined> => {
  const { strategy, step, stepCounts } = rollout;
  const counts = await readStepCounts(rollout, deps);
  if (strategy.judge === undefined || counts === undefined || stepCounts === undefined) return undefined;
  const hasBlue = weightAt(strategy, step) < 100;
  // The few stragglers of a blue without traffic are nothing to measure by.
  const latency = hasBlue ? await readLatency(rollout, deps) : undefined;
  const judgement = judge({
    green: countsSince(stepCounts.green, counts.green),
    blue: hasBlue ? countsSince(stepCounts.blue, counts.blue) : counts.blue,
    settings: strategy.judge,
    steps: strategy.steps.length,
    ...(latency === undefined ? {} : { latency }),
  });
  return { judgement, counts };
};
