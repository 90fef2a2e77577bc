import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Announce } from '../announce.ts';
import type { Logger } from '../log.ts';
import type { Deployment, Rollout } from '../model.ts';
import { recordRelease } from '../release/release-record.ts';
import { setWeights } from '../traffic/app-rule.ts';
import { deleteRule } from '../traffic/listener-rule.ts';
import { updateEnvironment } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { markRetiring } from './retiring.ts';

export interface FinishRolloutDeps extends EnvironmentRecordDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly announce: Announce;
  readonly log: Logger;
}

/** Takes blue out of the app's rule and records green as what serves. From here on there is no way back but a rollout. */
export const finishRollout = async (
  { rollout }: { readonly rollout: Rollout },
  deps: FinishRolloutDeps,
): Promise<{ readonly live: Deployment }> => {
  const { blue, green, release, environment, ruleArn } = rollout;
  if (ruleArn === undefined)
    throw new Error(`rollout of '${release.releaseId}' has no rule: traffic was not shifted`);
  await setWeights(ruleArn, [{ targetGroupArn: green.targetGroupArn, weight: 100 }], deps);
  await deleteRule(rollout.previewRuleArn, deps.balancing);
  await recordRelease(release, { status: 'live' }, deps);
  await updateEnvironment(environment, release.app, deps, (record) => {
    const live = { ...record, current: green, ruleArn };
    return blue === undefined ? live : markRetiring(live, blue.releaseId);
  });
  deps.log.info('release live', { releaseId: release.releaseId, environment });
  await deps.announce('rollout.finished', { ...release, environment, machines: rollout.machines });
  return { live: green };
};
