import { environments } from '../environments.ts';
import type { EnvironmentRecord, Release } from '../model.ts';
import { namesFor } from '../names.ts';
import { findAppRule, setWeights } from '../traffic/app-rule.ts';
import { deleteRule } from '../traffic/listener-rule.ts';
import { deletePreviewRule } from '../traffic/preview-rule.ts';
import { findTargetGroup, readTargetHealth } from '../traffic/target-group.ts';
import { drainGroup } from './drain-group.ts';
import { environmentKey } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { readMachineGroup, removeMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';

export interface RemoveDeploymentDeps extends MachineGroupDeps, EnvironmentRecordDeps {
  readonly stack: string;
  readonly listenerArn: string;
}

/** Takes the target group out of the app's rule, if it ever came into it: what serves has its full weight again. */
const restoreTraffic = async (
  targetGroupArn: string,
  record: EnvironmentRecord | undefined,
  settleSeconds: number,
  deps: RemoveDeploymentDeps,
): Promise<void> => {
  const ruleArn = await findAppRule(deps.listenerArn, targetGroupArn, deps.balancing);
  if (ruleArn === undefined) return;
  if (record?.current === undefined) await deleteRule(ruleArn, deps.balancing);
  else await setWeights(ruleArn, [{ targetGroupArn: record.current.targetGroupArn, weight: 100 }], deps);
  // A node of the balancer that has the old weights still would find no machine.
  await deps.clock.delay(settleSeconds * 1000);
};

/** Lets machines that may have taken requests finish them; ones that never were healthy have none. */
const drain = async (
  groupName: string,
  targetGroupArn: string,
  deps: RemoveDeploymentDeps,
): Promise<void> => {
  const group = await readMachineGroup(groupName, deps.autoScaling);
  if (group === undefined || group.Status !== undefined) return;
  const targets = await readTargetHealth(targetGroupArn, deps.balancing);
  const states = targets.map((target) => target.TargetHealth?.State);
  if (states.includes('healthy') || states.includes('draining'))
    await drainGroup({ groupName, targetGroupArn }, deps);
};

/**
 * Removes what was made for a release in an environment, from whatever state it was left in: the full weight of what
 * serves first, then its machines drain and go. What they are called follows from the release, so that nothing is needed
 * from the state that failed. What serves is never removed.
 * @throws TargetsStillDrainingError, GroupStillThereError to be called again until nothing is left
 */
export const removeDeployment = async (
  release: Pick<Release, 'app' | 'releaseId'>,
  environment: string,
  deps: RemoveDeploymentDeps,
): Promise<void> => {
  const names = namesFor(deps.stack, release, environment);
  const record = await deps.documents.read<EnvironmentRecord>(environmentKey(environment, release.app));
  if (record?.current?.groupName === names.group) return;
  const settleSeconds = environments.find(({ name }) => name === environment)?.settleSeconds ?? 0;
  const targetGroupArn = await findTargetGroup(names.targetGroup, deps.balancing);
  if (targetGroupArn !== undefined) await restoreTraffic(targetGroupArn, record, settleSeconds, deps);
  await deletePreviewRule(deps.listenerArn, names.preview, deps.balancing);
  if (targetGroupArn !== undefined) await drain(names.group, targetGroupArn, deps);
  await removeMachineGroup(
    { groupName: names.group, launchTemplateName: names.launchTemplate, targetGroupArn },
    deps,
  );
};
