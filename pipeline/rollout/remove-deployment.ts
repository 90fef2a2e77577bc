import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { DeployedEnvironment } from '../environments/environment.ts';
import type { DeploymentKey } from '../model.ts';
import { deploymentNames } from '../names.ts';
import { findAppRule } from '../traffic/app-rule.ts';
import { deleteRule, readRules, targetGroupsOf } from '../traffic/listener-rule.ts';
import { findPreviewRules } from '../traffic/preview-rule.ts';
import { findTargetGroup, readTargetHealth } from '../traffic/target-group.ts';
import { drainGroup } from './drain-group.ts';
import { isDeployment } from './configuration.ts';
import { readEnvironmentRecord } from './environment-record.ts';
import type { EnvironmentRecordDeps } from './environment-record.ts';
import { readMachineGroup, removeMachineGroup } from './machine-group.ts';
import type { MachineGroupDeps } from './machine-group.ts';
import { restoreTraffic } from './restore-traffic.ts';

export interface RemoveDeploymentDeps extends MachineGroupDeps, EnvironmentRecordDeps {
  readonly stack: string;
}

/** Where no rule names the target group any more it is `unused`, and may have requests from before. */
const MAY_HAVE_REQUESTS = new Set<string | undefined>(['healthy', 'draining', 'unused']);

/** Whether its machines may have taken requests that they still finish; ones that never were healthy have none. */
const mayHaveRequests = async (
  group: AutoScalingGroup,
  targetGroupArn: string,
  deps: RemoveDeploymentDeps,
): Promise<boolean> => {
  if (group.Status !== undefined) return false;
  const targets = await readTargetHealth(targetGroupArn, deps.balancing);
  return targets.some((target) => MAY_HAVE_REQUESTS.has(target.TargetHealth?.State));
};

/**
 * Removes the machines of a release in an environment and what was made for them, from whatever state they were left in:
 * the full weight of what serves first, then they drain and go. What they are called follows from the key, so that
 * nothing is needed from the state that failed. What serves is never removed.
 * @throws TargetsStillDrainingError, GroupStillThereError to be called again until nothing is left
 */
export const removeDeployment = async (
  app: string,
  key: DeploymentKey,
  environment: DeployedEnvironment,
  deps: RemoveDeploymentDeps,
): Promise<void> => {
  const names = deploymentNames(deps.stack, app, key, environment.name);
  const record = await readEnvironmentRecord(environment.name, app, deps);
  if (isDeployment(record.current, key)) return;
  const group = await readMachineGroup(names.group, deps.autoScaling);
  const rules = await readRules(environment.listenerArn, deps.balancing);
  const isOwn = (arn: string): boolean => arn.split('/').at(-2) === names.targetGroup;
  // One that neither group nor rule names is needed only before the group goes and after.
  const targetGroupArn =
    group?.TargetGroupARNs?.find(isOwn) ??
    rules.flatMap(targetGroupsOf).find(isOwn) ??
    (group?.Status === undefined ? await findTargetGroup(names.targetGroup, deps.balancing) : undefined);
  // Asked before the rules go, after which even machines that never were healthy are unused.
  const drains =
    group !== undefined &&
    targetGroupArn !== undefined &&
    (await mayHaveRequests(group, targetGroupArn, deps));
  const rule = targetGroupArn === undefined ? undefined : findAppRule(rules, targetGroupArn);
  if (rule !== undefined) await restoreTraffic(rule, rules, record, environment, deps);
  for (const preview of findPreviewRules(rules, names.preview)) await deleteRule(preview, deps.balancing);
  if (drains) await drainGroup({ group, targetGroupArn }, deps);
  await removeMachineGroup(
    { group, groupName: names.group, launchTemplateName: names.launchTemplate, targetGroupArn },
    deps,
  );
};
