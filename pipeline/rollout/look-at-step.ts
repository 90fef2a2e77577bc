import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { StepJudgedBadError, TrafficDriftError } from '../errors.ts';
import type { Judgement } from '../judge/judge.ts';
import type { Rollout } from '../model.ts';
import { readWeights } from '../traffic/app-rule.ts';
import { countHealthy, readTargetHealth } from '../traffic/target-group.ts';
import { checkAlarms } from './check-alarms.ts';
import { checkWeights } from './check-weights.ts';
import { readEnvironmentRecord } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { judgeTraffic } from './judge-traffic.ts';
import { checkLease } from './lease.ts';
import { machinesAt, weightAt, weightsFor } from './strategy.ts';

/** Rule and targets are looked at this often, the interval of the health checks, and before a step passes or fails. */
const CHECK_MILLISECONDS = 5000;

export interface LookAtStepDeps extends EnvironmentRecordDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly cloudWatch: CloudWatchClient;
}

/** What a look at the step found: it may go on, or what it waits for. */
export type Finding =
  | { readonly passed: true; readonly stepCounts: Rollout['stepCounts'] }
  | { readonly passed: false; readonly note: string; readonly missingRequests?: number };

/** A change by someone else holds the rollout until it is put back, or until the deadline. */
const drift = async (rollout: Rollout, deps: LookAtStepDeps): Promise<string | undefined> => {
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

const unhealthy = async (rollout: Rollout, deps: LookAtStepDeps): Promise<string | undefined> => {
  const { green, release, strategy, step, machines } = rollout;
  const needed = machinesAt(strategy, step, machines);
  const targets = await readTargetHealth(green.targetGroupArn, deps.balancing);
  const healthy = countHealthy(targets);
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

/** Whether the rollout is still this execution's and nobody wants it undone. @throws LeaseLostError, RolloutAbortedError */
export const checkOrders = async (
  { release, environment, executionArn }: Rollout,
  deps: LookAtStepDeps,
): Promise<void> => {
  const record = await readEnvironmentRecord(environment, release.app, deps);
  checkLease(record, { executionArn, releaseId: release.releaseId });
};

/**
 * Gives a function that looks at a step once.
 * @throws StepJudgedBadError, AlarmActiveError, RuleOccupiedError, LeaseLostError, RolloutAbortedError
 */
export const looksAt = (
  rollout: Rollout,
  pauseUntil: number,
  deps: LookAtStepDeps,
): (() => Promise<Finding>) => {
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
