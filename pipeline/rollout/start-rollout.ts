import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Announce } from '../announce.ts';
import { planDigest } from '../approval/plan-digest.ts';
import type { DeployedEnvironment, RolloutStrategy } from '../environments/environment.ts';
import { readEnvironment } from '../environments/read-environments.ts';
import { refuseWhileOff } from '../environments/switched-off.ts';
import { PlanChangedError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Deployment, EnvironmentRecord, ReleaseRecord, Rollout, RolloutPlan } from '../model.ts';
import { deploymentNames } from '../names.ts';
import type { Placement } from '../placement.ts';
import { dropOrderOf } from '../release/drop-order.ts';
import { endSurplus } from '../recycle/end-surplus.ts';
import { intendedCapacity } from '../recycle/intended-capacity.ts';
import { recordInEnvironment, releaseKey } from '../release/release-record.ts';
import { TAG, tagsFor } from '../tags.ts';
import { createPreviewRule } from '../traffic/preview-rule.ts';
import { createTargetGroup } from '../traffic/target-group.ts';
import { checkAlarms } from './check-alarms.ts';
import { checkImage } from './check-image.ts';
import { keyOf, planKeyOf } from './configuration.ts';
import { updateEnvironment } from './environment-record.ts';
import { releaseLease, takeLease } from './lease.ts';
import type { LeaseDeps } from './lease.ts';
import { deadManTimer } from './dead-man-timer.ts';
import { createMachineGroup, readMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';
import { checkOrder } from './plan-rollout.ts';
import { recordProgress } from './record-progress.ts';
import { removeAbandoned } from './remove-abandoned.ts';
import { markRetiring } from './retiring.ts';
import { allAtOnce, machinesAt } from './strategy.ts';

export interface StartRolloutDeps extends LeaseDeps, MachineGroupDeps {
  readonly cloudWatch: CloudWatchClient;
  readonly announce: Announce;
  readonly log: Logger;
  readonly stack: string;
  readonly placement: Placement;
}

/** As many machines as serve now, or did before the environment was switched off: a rollout never changes the capacity. */
const machinesNow = async (
  record: EnvironmentRecord,
  first: number,
  deps: StartRolloutDeps,
): Promise<number> => {
  const { current, off } = record;
  if (current === undefined) return first;
  if (off !== undefined) return off.capacity.desired;
  const group = await readMachineGroup(current.groupName, deps.autoScaling);
  const desired = group?.DesiredCapacity ?? first;
  return Math.max(intendedCapacity(record, current.groupName, desired), 1);
};

/** What a replacement that was killed launched goes first: green gets as many machines as blue is meant to have. */
const dropReplacement = async (
  record: EnvironmentRecord,
  deps: StartRolloutDeps,
): Promise<EnvironmentRecord> => {
  if (record.replacement === undefined) return record;
  const left = await endSurplus(record, deps);
  // Blue lacks machines of its own now; what is too many goes with it.
  if (left > 0) return record;
  return updateEnvironment(
    record.environment,
    record.app,
    deps,
    ({ replacement: _dropped, ...rest }) => rest,
  );
};

/** Machines that were kept warm for a way back go when the next rollout begins: blue is the way back then. */
const retireWarm = async (record: EnvironmentRecord, deps: StartRolloutDeps): Promise<EnvironmentRecord> => {
  if (record.warm === undefined) return record;
  return updateEnvironment(record.environment, record.app, deps, (found) => {
    const { warm, ...rest } = found;
    return warm === undefined ? undefined : markRetiring(rest, keyOf(warm.deployment));
  });
};

/** Takes the lease and checks, at the last moment, that what was planned may still be rolled out. */
const enter = async (
  plan: RolloutPlan,
  environment: DeployedEnvironment,
  deps: StartRolloutDeps,
): Promise<EnvironmentRecord> => {
  const { release, executionArn, trigger } = plan;
  const record = await takeLease(
    environment.name,
    release.app,
    {
      executionArn,
      ...planKeyOf(plan),
      trigger,
      ...(trigger === 'drop' ? { drop: dropOrderOf(release) } : {}),
    },
    deps,
  );
  try {
    // Only now: a switch that comes later sees the lease and leaves the app alone until its rollout ends.
    await refuseWhileOff(environment, deps.documents);
  } catch (error) {
    await releaseLease(environment.name, release.app, executionArn, deps);
    throw error;
  }
  checkOrder(plan, record);
  if (plan.approval !== undefined && planDigest(plan, environment, record.current) !== plan.planDigest) {
    await releaseLease(environment.name, release.app, executionArn, deps);
    throw new PlanChangedError(release.releaseId, environment.name);
  }
  return record;
};

const strategyFor = (
  plan: RolloutPlan,
  environment: DeployedEnvironment,
  blue: Deployment | undefined,
): RolloutStrategy =>
  blue === undefined || plan.trigger === 'rollback' ? allAtOnce(environment.rollout) : environment.rollout;

/**
 * Launches the green group beside blue, in every zone and at blue's capacity, behind a preview rule only.
 * What a rollout that was killed left behind goes first.
 * @throws RolloutInProgressError, EnvironmentOffError, TargetsStillDrainingError, GroupStillThereError to be called again,
 * ReleaseSupersededError, DigestMismatchError, AlarmActiveError, PlanChangedError
 */
export const startRollout = async (
  { plan }: { readonly plan: RolloutPlan },
  deps: StartRolloutDeps,
): Promise<{ readonly rollout: Rollout }> => {
  const { release, image, configuration } = plan;
  const environment = await readEnvironment(plan.environment, deps.documents);
  const entered = await enter(plan, environment, deps);
  await checkAlarms(environment, deps.cloudWatch);
  const record = await dropReplacement(await retireWarm(entered, deps), deps);
  await removeAbandoned(record, environment, deps);
  const blue = record.current;
  const { evidence } = (await deps.documents.read<ReleaseRecord>(releaseKey(release))) ?? {};
  await checkImage(release, image, evidence, deps.ec2);
  const machines = await machinesNow(record, environment.capacity.desired, deps);
  const strategy = strategyFor(plan, environment, blue);

  const names = deploymentNames(deps.stack, release.app, planKeyOf(plan), environment.name);
  const tags = tagsFor(deps.stack, release, { [TAG.environment]: environment.name });
  const deadMan = deadManTimer(environment);
  const { placement } = deps;
  const targetGroupArn = await createTargetGroup(
    { name: names.targetGroup, vpcId: placement.vpcId, image, drainSeconds: environment.drainSeconds, tags },
    deps.balancing,
  );
  const previewRuleArn = await createPreviewRule(
    { listenerArn: environment.listenerArn, preview: names.preview, targetGroupArn, tags },
    deps.balancing,
  );
  const green: Deployment = {
    releaseId: release.releaseId,
    version: release.version,
    droppedAt: release.droppedAt,
    imageId: image.imageId,
    digest: image.digest,
    configuration,
    groupName: names.group,
    launchTemplateName: names.launchTemplate,
    targetGroupArn,
    ...(evidence === undefined
      ? {}
      : { startTimes: { bootSeconds: evidence.bootSeconds, startSeconds: image.startSeconds } }),
    ...(deadMan === undefined ? {} : { deadManSeconds: deadMan.seconds }),
  };
  await createMachineGroup(
    { deployment: green, image, environment, machines: machinesAt(strategy, 0, machines), placement, tags },
    deps,
  );
  const rollout: Rollout = {
    ...plan,
    machines,
    strategy,
    warmBlueMinutes: environment.warmBlueMinutes,
    listenerArn: environment.listenerArn,
    green,
    previewRuleArn,
    step: 0,
    ...(blue === undefined ? {} : { blue }),
    ...(record.ruleArn === undefined ? {} : { ruleArn: record.ruleArn }),
  };
  await recordInEnvironment(release, environment.name, { status: 'rolling-out' }, deps, {
    status: 'rolling-out',
  });
  await recordProgress(rollout, { phase: 'launching', note: `launching ${machines} machines` }, deps);
  deps.log.info('rollout started', { releaseId: release.releaseId, environment: environment.name, machines });
  await deps.announce('rollout.started', { ...release, environment: environment.name, machines });
  return { rollout };
};
