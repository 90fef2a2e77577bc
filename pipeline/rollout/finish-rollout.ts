import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Announce } from '../announce.ts';
import { applySwitch } from '../environments/apply-switch.ts';
import type { ApplySwitchDeps } from '../environments/apply-switch.ts';
import { readEnvironments } from '../environments/read-environments.ts';
import type { Logger } from '../log.ts';
import type { Deployment, EnvironmentRecord, Rollout } from '../model.ts';
import { deploymentNames } from '../names.ts';
import { announceUnblocked } from '../recycle/announce-unblocked.ts';
import { dropOrderOf, isOlderDrop } from '../release/drop-order.ts';
import { recordInEnvironment } from '../release/release-record.ts';
import { TAG, tagsFor } from '../tags.ts';
import { setWeights } from '../traffic/app-rule.ts';
import { deleteRule } from '../traffic/listener-rule.ts';
import { createPreviewRule } from '../traffic/preview-rule.ts';
import { isDeployment, keyOf } from './configuration.ts';
import { readEnvironmentRecord, updateEnvironment } from './environment-record.ts';
import { keepCapacity } from './keep-capacity.ts';
import { checkLease, withoutLease, withoutRecycling } from './lease.ts';
import type { Retirement } from './retire-deployment.ts';
import { markRetiring } from './retiring.ts';

/** How many deployments are remembered as a way back. */
const REMEMBERED = 10;

export interface FinishRolloutDeps extends ApplySwitchDeps {
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly announce: Announce;
  readonly log: Logger;
  readonly stack: string;
}

export interface FinishedRollout {
  readonly live: Deployment;
  /** Of blue, if there was one. */
  readonly retirement: Retirement | null;
}

/** What a rollback replaces is no way back. */
const isKeptWarm = ({ warmBlueMinutes, trigger }: Rollout): boolean =>
  warmBlueMinutes > 0 && trigger !== 'rollback';

/** Blue stays attached, so that its health is known and it can take the traffic back at once. */
const keepWarm = async (rollout: Rollout, blue: Deployment, deps: FinishRolloutDeps): Promise<void> => {
  const { release, environment, listenerArn } = rollout;
  const { preview } = deploymentNames(deps.stack, release.app, keyOf(blue), environment);
  const owner = { app: release.app, version: blue.version, releaseId: blue.releaseId };
  const tags = tagsFor(deps.stack, owner, { [TAG.environment]: environment });
  await createPreviewRule(
    { listenerArn, preview, targetGroupArn: blue.targetGroupArn, tags },
    deps.balancing,
  );
};

/** What served well before: a release that was rolled back from is no way back. */
const remember = (record: EnvironmentRecord, rollout: Rollout): readonly Deployment[] => {
  const { blue, green, trigger } = rollout;
  const known = blue === undefined || trigger === 'rollback' ? [] : [blue];
  const before = record.previous ?? [];
  return [
    ...known,
    ...before.filter((other) => !known.some((deployment) => isDeployment(other, keyOf(deployment)))),
  ]
    .filter((other) => !isDeployment(other, keyOf(green)))
    .slice(0, REMEMBERED);
};

const finished = (
  record: EnvironmentRecord,
  rollout: Rollout,
  live: Deployment,
  until: string,
): EnvironmentRecord => {
  const { release, blue, ruleArn = '' } = rollout;
  const drop = dropOrderOf(release);
  const newestDrop =
    record.newestDrop === undefined || isOlderDrop(record.newestDrop, drop) ? drop : record.newestDrop;
  const { off: _back, ...rest } = withoutRecycling(withoutLease(record, rollout.executionArn));
  const next = { ...rest, current: live, previous: remember(record, rollout), newestDrop, ruleArn };
  if (blue === undefined) return next;
  return isKeptWarm(rollout)
    ? { ...next, warm: { deployment: blue, until } }
    : markRetiring(next, keyOf(blue));
};

const recordReleases = async (rollout: Rollout, deps: FinishRolloutDeps): Promise<void> => {
  const { release, environment, blue, trigger } = rollout;
  const environments = await readEnvironments(deps.documents);
  const isLast = environments.at(-1)?.name === environment;
  const whole = isLast ? ({ status: 'live' } as const) : {};
  await recordInEnvironment(release, environment, { status: 'live' }, deps, whole);
  if (blue === undefined || blue.releaseId === release.releaseId) return;
  const status = trigger === 'rollback' ? 'rolled-back' : 'replaced';
  await recordInEnvironment({ app: release.app, releaseId: blue.releaseId }, environment, { status }, deps);
};

/** @throws LeaseLostError, RolloutAbortedError */
const makeLive = async (
  rollout: Rollout,
  ruleArn: string,
  until: string,
  deps: FinishRolloutDeps,
): Promise<Deployment> => {
  const { blue, green, release, environment, executionArn } = rollout;
  const holder = { executionArn, releaseId: release.releaseId };
  checkLease(await readEnvironmentRecord(environment, release.app, deps), holder);
  await keepCapacity(rollout, deps.autoScaling);
  if (blue !== undefined && isKeptWarm(rollout)) await keepWarm(rollout, blue, deps);
  await setWeights(ruleArn, [{ targetGroupArn: green.targetGroupArn, weight: 100 }], deps);
  await deleteRule(rollout.previewRuleArn, deps.balancing);
  const live: Deployment = { ...green, liveAt: deps.clock.now().toISOString() };
  await updateEnvironment(environment, release.app, deps, (found) => {
    checkLease(found, holder);
    return finished(found, rollout, live, until);
  });
  return live;
};

/**
 * Takes blue out of the app's rule and records green as what serves; blue stays warm for a while or goes. From here on
 * the way back is a rollback.
 * @throws LeaseLostError, RolloutAbortedError
 */
export const finishRollout = async (
  { rollout }: { readonly rollout: Rollout },
  deps: FinishRolloutDeps,
): Promise<FinishedRollout> => {
  const { blue, green, release, environment, ruleArn } = rollout;
  if (ruleArn === undefined)
    throw new Error(`rollout of '${release.releaseId}' has no rule: traffic was not shifted`);
  const warmMilliseconds = isKeptWarm(rollout) ? rollout.warmBlueMinutes * 60_000 : 0;
  const until = new Date(deps.clock.now().getTime() + warmMilliseconds).toISOString();
  const retirement =
    blue === undefined ? null : { app: release.app, environment, deployment: keyOf(blue), at: until };
  const record = await readEnvironmentRecord(environment, release.app, deps);
  // Otherwise the answer to an earlier attempt was lost.
  const live = isDeployment(record.current, keyOf(green))
    ? (record.current ?? green)
    : await makeLive(rollout, ruleArn, until, deps);
  await recordReleases(rollout, deps);
  await applySwitch(release.app, environment, deps);
  deps.log.info('release live', { releaseId: release.releaseId, environment });
  await announceUnblocked(record, { releaseId: release.releaseId }, deps);
  await deps.announce('rollout.finished', { ...release, environment, machines: rollout.machines });
  return { live, retirement };
};
