import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Announce } from '../announce.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { NothingToRollBackToError, TargetsNotHealthyYetError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Deployment, EnvironmentRecord } from '../model.ts';
import { deploymentNames } from '../names.ts';
import { announceUnblocked } from '../recycle/announce-unblocked.ts';
import { intendedCapacity } from '../recycle/intended-capacity.ts';
import { recordInEnvironment } from '../release/release-record.ts';
import { isDeployment, keyOf } from '../rollout/configuration.ts';
import { readEnvironmentRecord, updateEnvironment } from '../rollout/environment-record.ts';
import { takeLease, withoutLease, withoutRecycling } from '../rollout/lease.ts';
import type { LeaseDeps } from '../rollout/lease.ts';
import { growMachineGroup, readMachineGroups } from '../rollout/machine-group.ts';
import type { Retirement } from '../rollout/retire-deployment.ts';
import { markRetiring } from '../rollout/retiring.ts';
import { setWeights } from '../traffic/app-rule.ts';
import { deletePreviewRule } from '../traffic/preview-rule.ts';
import { countHealthy, readTargetHealth } from '../traffic/target-group.ts';
import type { RollbackRequest } from './plan-rollback.ts';

/** The request, and what PlanRollback found. */
export interface FlipTrafficInput extends RollbackRequest {
  readonly from: string;
  readonly to: string;
}

export interface FlipTrafficDeps extends LeaseDeps {
  readonly autoScaling: AutoScalingClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly announce: Announce;
  readonly log: Logger;
  readonly stack: string;
}

export interface FlippedTraffic {
  readonly from: string;
  readonly to: string;
  readonly retirement: Retirement;
}

/** The warm machines must carry all of the traffic before they get any. @throws TargetsNotHealthyYetError */
const checkCapacity = async (
  warm: Deployment,
  current: Deployment,
  record: EnvironmentRecord,
  deps: FlipTrafficDeps,
): Promise<void> => {
  const groups = await readMachineGroups([warm.groupName, current.groupName], deps.autoScaling);
  const desired = groups.get(current.groupName)?.DesiredCapacity ?? 1;
  const needed = intendedCapacity(record, current.groupName, desired);
  await growMachineGroup(groups.get(warm.groupName), needed, deps.autoScaling);
  const targets = await readTargetHealth(warm.targetGroupArn, deps.balancing);
  const states = targets.map((target) => target.TargetHealth?.State ?? 'unknown');
  const healthy = countHealthy(targets);
  if (healthy < needed)
    throw new TargetsNotHealthyYetError(healthy, needed, states.join(', ') || 'none registered');
};

const flipped = (
  record: EnvironmentRecord,
  executionArn: string,
  bad: Deployment,
  good: Deployment,
  liveAt: string,
): EnvironmentRecord => {
  const { warm: _used, ...rest } = withoutRecycling(withoutLease(record, executionArn));
  const previous = (rest.previous ?? []).filter((other) => !isDeployment(other, keyOf(good)));
  return markRetiring({ ...rest, current: { ...good, liveAt }, previous }, keyOf(bad));
};

/** What an earlier attempt did whose answer was lost. */
const alreadyFlipped = async (
  request: FlipTrafficInput,
  deps: FlipTrafficDeps,
): Promise<FlippedTraffic | undefined> => {
  const { from, to } = request;
  const record = await readEnvironmentRecord(request.environment, request.app, deps);
  const bad = record.retiring?.find(({ releaseId }) => releaseId === from);
  if (record.current?.releaseId !== to || bad === undefined) return undefined;
  const at = deps.clock.now().toISOString();
  return {
    from,
    to,
    retirement: { app: request.app, environment: request.environment, deployment: bad, at },
  };
};

/**
 * Gives all traffic back to the machines that were kept warm, once enough of them are healthy; what served until now goes.
 * @throws TargetsNotHealthyYetError, RolloutInProgressError to be called again, NothingToRollBackToError when they are gone
 */
export const flipTraffic = async (
  request: FlipTrafficInput,
  deps: FlipTrafficDeps,
): Promise<FlippedTraffic> => {
  const { app, executionArn, requestedBy, from, to } = request;
  const earlier = await alreadyFlipped(request, deps);
  if (earlier !== undefined) return earlier;
  const environment = await readEnvironment(request.environment, deps.documents);
  const lease = { executionArn, releaseId: to, configurationDigest: '', trigger: 'flip' } as const;
  const record = await takeLease(environment.name, app, lease, deps);
  const { current: bad, warm, ruleArn } = record;
  const good = warm?.deployment;
  if (bad === undefined || good === undefined || good.releaseId !== to || ruleArn === undefined)
    throw new NothingToRollBackToError(app, environment.name, `the machines of '${to}' went meanwhile`);
  await checkCapacity(good, bad, record, deps);
  await setWeights(ruleArn, [{ targetGroupArn: good.targetGroupArn, weight: 100 }], deps);
  const now = deps.clock.now();
  await updateEnvironment(environment.name, app, deps, (found) =>
    flipped(found, executionArn, bad, good, now.toISOString()),
  );
  const { preview } = deploymentNames(deps.stack, app, keyOf(good), environment.name);
  await deletePreviewRule(environment.listenerArn, preview, deps.balancing);
  const message = `undone by ${requestedBy}`;
  await recordInEnvironment(
    { app, releaseId: from },
    environment.name,
    { status: 'rolled-back', reason: 'RolledBack', message },
    deps,
  );
  await recordInEnvironment({ app, releaseId: to }, environment.name, { status: 'live' }, deps);
  deps.log.info('traffic flipped back', { app, environment: environment.name, from, to });
  await announceUnblocked(record, { releaseId: to, by: requestedBy }, deps);
  await deps.announce('rollback.finished', { app, environment: environment.name, from, to, by: requestedBy });
  const settled = new Date(now.getTime() + environment.rollout.settleSeconds * 1000).toISOString();
  return {
    from,
    to,
    retirement: { app, environment: environment.name, deployment: keyOf(bad), at: settled },
  };
};
