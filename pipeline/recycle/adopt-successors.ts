import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { InstanceInZone, Replacement } from '../model.ts';
import type { EnvironmentRecordDeps } from '../rollout/environment-record.ts';
import { readMachineGroup } from '../rollout/machine-group.ts';
import { stillThere } from './check-recyclable.ts';
import { inZone } from './describe-group.ts';
import { updateHeld } from './hold-lease.ts';
import type { Recycler } from './hold-lease.ts';
import { readGroupLaunchTimes } from './read-launch-times.ts';

export interface AdoptSuccessorsDeps extends EnvironmentRecordDeps {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
}

/**
 * Where a replacement died, takes the machine that Auto Scaling launched in its place for it: one that is in service, younger
 * than the batch, and none of the batch's own.
 * @returns how many were taken
 * @throws LeaseLostError
 */
export const adoptSuccessors = async (
  { groupName, since, retire, launched = [] }: Replacement,
  recycler: Recycler,
  deps: AdoptSuccessorsDeps,
): Promise<number> => {
  const group = await readMachineGroup(groupName, deps.autoScaling);
  if (group === undefined) return 0;
  const left = stillThere(launched, group);
  if (left.length === launched.length) return 0;
  const known = new Set<string>([...launched, ...retire].map(({ instanceId }) => instanceId));
  const times = await readGroupLaunchTimes(groupName, deps.ec2);
  const successors: readonly InstanceInZone[] = (group.Instances ?? [])
    .filter(
      ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
    )
    .map(inZone)
    .filter(({ instanceId }) => !known.has(instanceId))
    .filter(({ instanceId }) => (times.get(instanceId)?.launchedAt ?? 0) >= Date.parse(since))
    .slice(0, launched.length - left.length);
  if (successors.length === 0) return 0;
  await updateHeld(recycler, deps, (found) =>
    found.replacement === undefined
      ? found
      : { ...found, replacement: { ...found.replacement, launched: [...left, ...successors] } },
  );
  return successors.length;
};
