import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { EnvironmentRecord, InstanceInZone, Replacement } from '../model.ts';
import { inZone, isCounted } from './describe-group.ts';
import { wasRaised } from './raise-mark.ts';
import { raisedBy } from './raised-by.ts';
import { readGroupLaunchTimes } from './read-launch-times.ts';

/**
 * The machines that a replacement launched, as far as they are still there: those that were recorded or, when whoever
 * launched them died before it could say so or the group has replaced them since, the newest that were launched after the
 * replacement began. At most as many as the group has too many.
 */
export const findLaunched = async (
  replacement: Replacement,
  group: AutoScalingGroup,
  record: Pick<EnvironmentRecord, 'launchRaises'>,
  ec2: EC2Client,
): Promise<readonly InstanceInZone[]> => {
  const { groupName, since, capacity, retire, launched = [] } = replacement;
  const staying = (group.Instances ?? []).filter(isCounted).map(inZone);
  const { DesiredCapacity: desired = 0 } = group;
  const larger =
    wasRaised(replacement, group, record) === false
      ? staying.length - desired
      : Math.max(desired, staying.length) - capacity;
  const surplus = Math.min(larger, raisedBy(replacement, group));
  if (surplus <= 0) return [];
  const known = new Set(launched.map(({ instanceId }) => instanceId));
  const found = staying.filter(({ instanceId }) => known.has(instanceId));
  if (found.length >= surplus) return found.slice(0, surplus);
  const old = new Set(retire.map(({ instanceId }) => instanceId));
  const times = await readGroupLaunchTimes(groupName, ec2);
  const launchedAt = ({ instanceId }: InstanceInZone): number =>
    // One that EC2 does not show yet is the newest of all.
    times.get(instanceId)?.launchedAt ?? Infinity;
  const others = staying
    .filter((machine) => !known.has(machine.instanceId) && !old.has(machine.instanceId))
    .filter((machine) => launchedAt(machine) >= Date.parse(since))
    .toSorted((a, b) => launchedAt(b) - launchedAt(a));
  return [...found, ...others].slice(0, surplus);
};
