import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Announce } from '../announce.ts';
import type { Clock } from '../clock.ts';
import { TargetsNotHealthyYetError } from '../errors.ts';
import type { Rollout } from '../model.ts';
import { TAG, tagsFor } from '../tags.ts';
import { createAppRule, setWeights } from '../traffic/app-rule.ts';
import { readRules } from '../traffic/listener-rule.ts';
import { readTargetHealth } from '../traffic/target-group.ts';

const FULL_WEIGHT = 100;

export interface ShiftTrafficDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly announce: Announce;
  readonly clock: Clock;
  readonly stack: string;
  readonly listenerArn: string;
}

/** A group with only unhealthy targets would still get its share: the balancer fails open. */
const checkHealth = async (rollout: Rollout, deps: ShiftTrafficDeps): Promise<void> => {
  const targets = await readTargetHealth(rollout.green.targetGroupArn, deps.balancing);
  const healthy = targets.filter((target) => target.TargetHealth?.State === 'healthy').length;
  if (healthy < rollout.machines) {
    throw new TargetsNotHealthyYetError(healthy, rollout.machines, 'looked at right before the shift');
  }
};

/** The rule that carries the app's traffic; made anew where someone removed it. */
const appRule = async (
  { release, environment, green, ruleArn }: Rollout,
  deps: ShiftTrafficDeps,
): Promise<string> => {
  const rules = await readRules(deps.listenerArn, deps.balancing);
  if (ruleArn !== undefined && rules.some((rule) => rule.RuleArn === ruleArn)) return ruleArn;
  return createAppRule(
    {
      listenerArn: deps.listenerArn,
      app: release.app,
      targetGroupArn: green.targetGroupArn,
      tags: tagsFor(deps.stack, release, { [TAG.environment]: environment }),
    },
    deps.balancing,
  );
};

/**
 * Moves all of the app's traffic to green and reads the weights back; blue keeps its machines.
 * @throws WeightsNotEffectiveError, TargetsNotHealthyYetError
 */
export const shiftTraffic = async (
  { rollout }: { readonly rollout: Rollout },
  deps: ShiftTrafficDeps,
): Promise<{ readonly rollout: Rollout }> => {
  await checkHealth(rollout, deps);
  const { blue, green, release } = rollout;
  const toGreen = { targetGroupArn: green.targetGroupArn, weight: FULL_WEIGHT };
  const fromBlue = blue === undefined ? [] : [{ targetGroupArn: blue.targetGroupArn, weight: 0 }];
  const ruleArn = await appRule(rollout, deps);
  await setWeights(ruleArn, [toGreen, ...fromBlue], deps);
  await deps.announce('rollout.shifted', { ...release, environment: rollout.environment });
  return { rollout: { ...rollout, ruleArn } };
};
