import type { Announce } from '../announce.ts';
import type { Logger } from '../log.ts';
import type { EnvironmentRecord, Release, Rollout } from '../model.ts';
import { namesFor } from '../names.ts';
import { readFailure } from '../release/failure.ts';
import type { Failure } from '../release/failure.ts';
import { findAppRule, setWeights } from '../traffic/app-rule.ts';
import { deleteRule } from '../traffic/listener-rule.ts';
import { deletePreviewRule } from '../traffic/preview-rule.ts';
import { findTargetGroup } from '../traffic/target-group.ts';
import { environmentKey } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { releaseLease } from './lease.ts';
import { removeMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';

/** The rollout as far as it came: its first state may have failed before it made anything. */
export type StartedRollout = Pick<Rollout, 'release' | 'environment' | 'executionArn'>;

export interface RollBackInput {
  readonly rollout: StartedRollout;
  readonly error: string;
  readonly cause: string;
}

export interface RollBackDeps extends MachineGroupDeps, EnvironmentRecordDeps {
  readonly announce: Announce;
  readonly log: Logger;
  readonly stack: string;
  readonly listenerArn: string;
}

/** Takes green out of the app's rule, if it ever came into it; blue then has its full weight. */
const restoreTraffic = async (
  greenTargetGroupArn: string,
  record: EnvironmentRecord | undefined,
  deps: RollBackDeps,
): Promise<void> => {
  const ruleArn = await findAppRule(deps.listenerArn, greenTargetGroupArn, deps.balancing);
  if (ruleArn === undefined) return;
  if (record?.current === undefined) {
    await deleteRule(ruleArn, deps.balancing);
    return;
  }
  await setWeights(ruleArn, [{ targetGroupArn: record.current.targetGroupArn, weight: 100 }], deps);
};

const removeGreen = async (release: Release, environment: string, deps: RollBackDeps): Promise<void> => {
  const names = namesFor(deps.stack, release, environment);
  const record = await deps.documents.read<EnvironmentRecord>(environmentKey(environment, release.app));
  // The release went live before the failure: what serves is never removed.
  if (record?.current?.groupName === names.group) return;
  const targetGroupArn = await findTargetGroup(names.targetGroup, deps.balancing);
  if (targetGroupArn !== undefined) await restoreTraffic(targetGroupArn, record, deps);
  await deletePreviewRule(deps.listenerArn, names.preview, deps.balancing);
  await removeMachineGroup(
    { groupName: names.group, launchTemplateName: names.launchTemplate, targetGroupArn },
    deps,
  );
};

/**
 * Undoes a rollout from whatever state it failed in: blue's full weight first, then green goes. What green is called
 * follows from the release, so that nothing is needed from the state that failed.
 * @throws GroupStillThereError to be called again until green is gone
 */
export const rollBack = async (input: RollBackInput, deps: RollBackDeps): Promise<Failure> => {
  const { release, environment, executionArn } = input.rollout;
  const failure = readFailure(input.error, input.cause);
  await removeGreen(release, environment, deps);
  await releaseLease(environment, release.app, executionArn, deps);
  deps.log.warn('rollout rolled back', { releaseId: release.releaseId, environment, ...failure });
  await deps.announce('rollout.rolled-back', { ...release, environment, ...failure });
  return failure;
};
