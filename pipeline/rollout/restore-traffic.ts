import type { ElasticLoadBalancingV2Client, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import { poll } from '../clock.ts';
import type { DeployedEnvironment } from '../environments/environment.ts';
import type { EnvironmentRecord } from '../model.ts';
import { setWeights, weightsOf } from '../traffic/app-rule.ts';
import { deleteRule, targetGroupsOf } from '../traffic/listener-rule.ts';
import { countHealthy, readTargetHealth } from '../traffic/target-group.ts';

/** A target's first check comes within an interval of five seconds, and one that passes is enough (User Guide, "Health checks"). */
const HEALTH_KNOWN_WITHIN_MILLISECONDS = 15_000;

interface RestoreTrafficDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
}

/**
 * Has the balancer check the health of targets that no rule names: it has not until then, and would find none to send a request
 * to. They get no share meanwhile; ones that do not become healthy are not waited for.
 */
const makeHealthKnown = async (
  rule: Rule,
  targetGroupArn: string,
  deps: RestoreTrafficDeps,
): Promise<void> => {
  await setWeights(rule.RuleArn ?? '', [...weightsOf(rule), { targetGroupArn, weight: 0 }], deps);
  const interval = {
    intervalMilliseconds: 250,
    longestMilliseconds: 1000,
    timeoutMilliseconds: HEALTH_KNOWN_WITHIN_MILLISECONDS,
  };
  await poll(deps.clock, interval, async () => {
    const targets = await readTargetHealth(targetGroupArn, deps.balancing);
    return countHealthy(targets) === targets.length ? true : undefined;
  });
};

/**
 * Takes every other target group out of the app's rule, one of `rules`: what serves has its full weight again, or the rule goes
 * where nothing serves.
 * @throws WeightsNotEffectiveError
 */
export const restoreTraffic = async (
  rule: Rule,
  rules: readonly Rule[],
  record: EnvironmentRecord,
  environment: DeployedEnvironment,
  deps: RestoreTrafficDeps,
): Promise<void> => {
  const ruleArn = rule.RuleArn ?? '';
  if (record.current === undefined) await deleteRule(ruleArn, deps.balancing);
  else {
    const { targetGroupArn } = record.current;
    if (!rules.flatMap(targetGroupsOf).includes(targetGroupArn))
      await makeHealthKnown(rule, targetGroupArn, deps);
    await setWeights(ruleArn, [{ targetGroupArn, weight: 100 }], deps);
  }
  // A node of the balancer that has the old weights still would find no machine.
  await deps.clock.delay(environment.rollout.settleSeconds * 1000);
};
