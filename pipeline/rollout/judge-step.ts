import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Announce } from '../announce.ts';
import { poll } from '../clock.ts';
import type { Clock } from '../clock.ts';
import {
  StepInconclusiveError,
  StepJudgedBadError,
  StepUndecidedError,
  TrafficDriftError,
} from '../errors.ts';
import type { Rollout } from '../model.ts';
import type { Judgement } from '../judge/judge.ts';
import { readWeights } from '../traffic/app-rule.ts';
import { readTargetHealth } from '../traffic/target-group.ts';
import { checkAlarms } from './check-alarms.ts';
import { checkWeights } from './check-weights.ts';
import { readEnvironmentRecord } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { judgeTraffic } from './judge-traffic.ts';
import { checkLease } from './lease.ts';
import { recordProgress } from './record-progress.ts';
import { machinesAt, weightAt, weightsFor } from './strategy.ts';

/** A rollback that somebody wants is obeyed that soon, also between two looks. */
const OBEY_MILLISECONDS = 1000;
/** One call looks this long before it asks to be called again. */
const LOOK_MILLISECONDS = 1000;
const LONGEST_LOOK_MILLISECONDS = 5000;
const LOOKING_MILLISECONDS = 20_000;
/** Rule and targets are looked at this often, the interval of the health checks, and before a step passes or fails. */
const CHECK_MILLISECONDS = 5000;

export interface JudgeStepDeps extends EnvironmentRecordDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly cloudWatch: CloudWatchClient;
  readonly announce: Announce;
}

/** What a look at the step found: it may go on, or what it waits for. */
type Finding =
  | { readonly passed: true; readonly stepCounts: Rollout['stepCounts'] }
  | { readonly passed: false; readonly note: string; readonly missingRequests?: number };

/** A change by someone else holds the rollout until it is put back, or until the deadline. */
const drift = async (rollout: Rollout, deps: JudgeStepDeps): Promise<string | undefined> => {
  const { green, blue, ruleArn = '', strategy, step } = rollout;
  const weights = weightsFor(weightAt(strategy, step), green, blue);
  const found = await readWeights(ruleArn, deps.balancing);
  try {
    checkWeights(ruleArn, found, [weights], blue);
    return undefined;
  } catch (error) {
    if (error instanceof TrafficDriftError) return error.message;
    throw error;
  }
};

const unhealthy = async (rollout: Rollout, deps: JudgeStepDeps): Promise<string | undefined> => {
  const { green, release, strategy, step, machines } = rollout;
  const needed = machinesAt(strategy, step, machines);
  const targets = await readTargetHealth(green.targetGroupArn, deps.balancing);
  const healthy = targets.filter((target) => target.TargetHealth?.State === 'healthy').length;
  if (healthy === 0) {
    const finding = `none of its ${targets.length} targets is healthy`;
    throw new StepJudgedBadError(release.releaseId, weightAt(strategy, step), finding);
  }
  return healthy < needed ? `${healthy} of ${needed} green targets are healthy` : undefined;
};

/** What the step waits for besides the rule and the targets; undefined when it passes or fails. */
const waitsFor = (
  judgement: Judgement | undefined,
  insufficient: readonly string[],
  pauseUntil: number,
  now: number,
): string | undefined => {
  if (judgement?.verdict === 'fail') return undefined;
  if (judgement?.verdict === 'inconclusive') return judgement.reason;
  if (insufficient.length > 0) return `no data for ${insufficient.join(', ')}`;
  return now < pauseUntil ? `pause until ${new Date(pauseUntil).toISOString()}` : undefined;
};

const checkOrders = async (
  { release, environment, executionArn }: Rollout,
  deps: JudgeStepDeps,
): Promise<void> => {
  const record = await readEnvironmentRecord(environment, release.app, deps);
  checkLease(record, { executionArn, releaseId: release.releaseId });
};

/** The time until the next look: only the record is read in it, which costs no call of a control plane. */
const obedient = (rollout: Rollout, deps: JudgeStepDeps): Clock => ({
  now: () => deps.clock.now(),
  delay: async (milliseconds) => {
    let left = milliseconds;
    for (; left > OBEY_MILLISECONDS; left -= OBEY_MILLISECONDS) {
      await deps.clock.delay(OBEY_MILLISECONDS);
      await checkOrders(rollout, deps);
    }
    await deps.clock.delay(left);
  },
});

/** Gives a function that looks at the step once. */
const looksAt = (rollout: Rollout, pauseUntil: number, deps: JudgeStepDeps): (() => Promise<Finding>) => {
  const { release, environment, strategy, step, stepStartedAt } = rollout;
  const check = async (): Promise<string | undefined> =>
    (await drift(rollout, deps)) ?? (await unhealthy(rollout, deps));
  let held: string | undefined;
  // ShiftTraffic looked at both when it began the step.
  let checkedAt = Date.parse(stepStartedAt ?? new Date(0).toISOString());
  return async () => {
    await checkOrders(rollout, deps);
    const insufficient = await checkAlarms({ name: environment, rollout: strategy }, deps.cloudWatch);
    const now = deps.clock.now().getTime();
    const due = held !== undefined || now - checkedAt >= CHECK_MILLISECONDS;
    if (due) {
      held = await check();
      checkedAt = now;
      if (held !== undefined) return { passed: false, note: held };
    }
    const traffic = await judgeTraffic(rollout, deps);
    const note = waitsFor(traffic?.judgement, insufficient, pauseUntil, now);
    const missingRequests = traffic?.judgement.missingRequests ?? 0;
    if (note !== undefined)
      return { passed: false, note, ...(missingRequests > 0 ? { missingRequests } : {}) };
    if (!due) held = await check();
    if (held !== undefined) return { passed: false, note: held };
    if (traffic?.judgement.verdict === 'fail')
      throw new StepJudgedBadError(release.releaseId, weightAt(strategy, step), traffic.judgement.reason);
    return { passed: true, stepCounts: traffic?.counts };
  };
};

/**
 * Looks at a step until it passes: the pause is over, no alarm is on, the rule shows the weights that were set and green
 * does no worse than blue.
 * @throws StepUndecidedError to be called again, StepJudgedBadError, StepInconclusiveError at the deadline,
 * AlarmActiveError, RuleOccupiedError, RolloutAbortedError
 */
export const judgeStep = async (
  { rollout }: { readonly rollout: Rollout },
  deps: JudgeStepDeps,
): Promise<{ readonly rollout: Rollout; readonly more: boolean }> => {
  const { release, environment, strategy, step, stepStartedAt } = rollout;
  const { deadlineSeconds, steps } = strategy;
  const pauseSeconds = steps[step]?.pauseSeconds ?? 0;
  const startedAt = Date.parse(stepStartedAt ?? deps.clock.now().toISOString());
  const pauseUntil = startedAt + pauseSeconds * 1000;
  const deadline = pauseUntil + deadlineSeconds * 1000;
  const look = looksAt(rollout, pauseUntil, deps);
  let note = '';
  const elapsed = deps.clock.now().getTime() - startedAt;
  const passed = await poll(
    obedient(rollout, deps),
    {
      // A later call goes on with the interval of the one before.
      intervalMilliseconds: Math.min(LONGEST_LOOK_MILLISECONDS, Math.max(LOOK_MILLISECONDS, elapsed / 4)),
      longestMilliseconds: LONGEST_LOOK_MILLISECONDS,
      timeoutMilliseconds: LOOKING_MILLISECONDS,
    },
    async () => {
      const finding = await look();
      if (finding.passed) return finding;
      ({ note } = finding);
      const now = deps.clock.now().getTime();
      if (now >= deadline) {
        const seconds = pauseSeconds + deadlineSeconds;
        throw new StepInconclusiveError(release.releaseId, weightAt(strategy, step), seconds, note);
      }
      const phase = now < pauseUntil ? 'judging' : 'holding';
      const { passed: _not, ...waiting } = finding;
      const news = await recordProgress(
        rollout,
        { phase, ...waiting, deadline: new Date(deadline).toISOString() },
        deps,
      );
      if (news && phase === 'holding')
        await deps.announce('rollout.holding', {
          ...release,
          environment,
          weight: weightAt(strategy, step),
          note,
        });
      return undefined;
    },
  );
  if (passed === undefined) throw new StepUndecidedError(note);
  const more = step + 1 < steps.length;
  const { stepCounts = rollout.stepCounts } = passed;
  return {
    rollout: more
      ? { ...rollout, step: step + 1, ...(stepCounts === undefined ? {} : { stepCounts }) }
      : rollout,
    more,
  };
};
