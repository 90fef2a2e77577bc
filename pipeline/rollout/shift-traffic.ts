import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Announce } from '../announce.ts';
import { TargetsNotHealthyYetError } from '../errors.ts';
import type { Rollout } from '../model.ts';
import { TAG, tagsFor } from '../tags.ts';
import { createAppRule, readWeights, setWeights, weightsOf } from '../traffic/app-rule.ts';
import type { Weight } from '../traffic/app-rule.ts';
import { readRules } from '../traffic/listener-rule.ts';
import { countHealthy, readTargetHealth } from '../traffic/target-group.ts';
import { checkWeights } from './check-weights.ts';
import { readEnvironmentRecord } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { checkLease } from './lease.ts';
import { recordProgress } from './record-progress.ts';
import { readStepCounts } from './step-counts.ts';
import { machinesAt, weightAt, weightsFor } from './strategy.ts';

export interface ShiftTrafficDeps extends EnvironmentRecordDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly cloudWatch: CloudWatchClient;
  readonly announce: Announce;
  readonly stack: string;
}

/** A group with only unhealthy targets would still get its share: the balancer fails open. */
const checkHealth = async (rollout: Rollout, deps: ShiftTrafficDeps): Promise<void> => {
  const needed = machinesAt(rollout.strategy, rollout.step, rollout.machines);
  const targets = await readTargetHealth(rollout.green.targetGroupArn, deps.balancing);
  const healthy = countHealthy(targets);
  if (healthy < needed)
    throw new TargetsNotHealthyYetError(healthy, needed, 'looked at right before the shift');
};

/** The rule that carries the app's traffic, and how; made anew where someone removed it. */
const appRule = async (
  rollout: Rollout,
  deps: ShiftTrafficDeps,
): Promise<{ readonly ruleArn: string; readonly found: readonly Weight[] }> => {
  const { release, environment, green, blue, ruleArn, listenerArn } = rollout;
  const rules = await readRules(listenerArn, deps.balancing);
  const found = ruleArn === undefined ? undefined : rules.find((rule) => rule.RuleArn === ruleArn);
  if (found?.RuleArn !== undefined) return { ruleArn: found.RuleArn, found: weightsOf(found) };
  const { targetGroupArn } = blue ?? green;
  const made = await createAppRule(
    {
      listenerArn,
      app: release.app,
      targetGroupArn,
      tags: tagsFor(deps.stack, release, { [TAG.environment]: environment }),
    },
    deps.balancing,
  );
  return { ruleArn: made, found: await readWeights(made, deps.balancing) };
};

/**
 * Gives green its share of the step, blue the rest, and reads the weights back; blue keeps its machines.
 * @throws WeightsNotEffectiveError, TargetsNotHealthyYetError, TrafficDriftError, RuleOccupiedError, RolloutAbortedError
 */
export const shiftTraffic = async (
  { rollout }: { readonly rollout: Rollout },
  deps: ShiftTrafficDeps,
): Promise<{ readonly rollout: Rollout }> => {
  const { blue, green, release, environment, strategy, step } = rollout;
  const percent = weightAt(strategy, step);
  await checkHealth(rollout, deps);
  const now = deps.clock.now().toISOString();
  const shiftedAt = rollout.shiftedAt ?? now;
  // The figures of a step begin where those of the step before ended.
  const ended = step === 0 ? undefined : rollout.stepCounts;
  const stepCounts = ended ?? (await readStepCounts({ ...rollout, shiftedAt }, deps));
  const { ruleArn, found } = await appRule(rollout, deps);
  const weights = weightsFor(percent, green, blue);
  const before = step === 0 ? 0 : weightAt(strategy, step - 1);
  checkWeights(ruleArn, found, [weightsFor(before, green, blue), weights], blue);
  const record = await readEnvironmentRecord(environment, release.app, deps);
  checkLease(record, { ...rollout, releaseId: release.releaseId });
  await setWeights(ruleArn, weights, deps);
  const shifted: Rollout = {
    ...rollout,
    ruleArn,
    shiftedAt,
    stepStartedAt: deps.clock.now().toISOString(),
    ...(stepCounts === undefined ? {} : { stepCounts }),
  };
  await recordProgress(shifted, { phase: 'shifting', note: `${percent} % of the traffic` }, deps);
  await deps.announce('rollout.shifted', { ...release, environment, weight: percent });
  return { rollout: shifted };
};
