import type { Instance } from '@aws-sdk/client-ec2';
import { beginActivity, endActivity } from './activities.ts';
import { chooseSubnets } from './choose-subnets.ts';
import { noteFailure, openSubnets } from './launch-back-off.ts';
import { launchOne, planInstance, textOf } from './launch-one.ts';
import { resolveTemplate } from './launch-template.ts';
import type { GroupRecord, InstanceRecord, TemplateRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

const launchedByToken = async (
  scope: AutoScalingScope,
  group: GroupRecord,
): Promise<Map<string | undefined, Instance>> => {
  const { Reservations = [] } = await scope.context.peers.ec2.DescribeInstances(
    { Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: [group.name] }] },
    asAutoScaling(scope),
  );
  return new Map(
    Reservations.flatMap(({ Instances = [] }) => Instances).map((instance) => [
      instance.ClientToken,
      instance,
    ]),
  );
};

const failWithoutTemplate = (
  scope: AutoScalingScope,
  group: GroupRecord,
  cause: string,
  error: unknown,
): void => {
  const [subnet] = group.subnets;
  if (subnet === undefined) return;
  scope.context.store.transaction(() => {
    const activity = beginActivity(scope, group, {
      description: 'Launching a new EC2 instance.',
      cause,
      subnet,
    });
    endActivity(scope, 'Launch', { subnet, activity }, 'Failed', textOf(error));
    noteFailure(scope, group.name);
  });
};

/** Launches `count` instances, spread over the zones. Each is written down before it is asked for. */
export const launchMissing = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  active: readonly InstanceRecord[],
  count: number,
): Promise<void> => {
  const { context, records } = scope;
  const cause = `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${active.length} to ${active.length + count}.`;
  let template: TemplateRecord;
  try {
    template = await resolveTemplate(scope, {
      LaunchTemplateId: group.template.id,
      Version: group.template.version,
    });
  } catch (error) {
    failWithoutTemplate(scope, group, cause, error);
    return;
  }
  const current = records.groups.get(group.name);
  // Changed while this call waited: the next tick counts again.
  if (current === undefined || current.deleting === true || current.desired < active.length + count) return;
  const planned = context.store.transaction(() =>
    chooseSubnets(openSubnets(group), active, count).map((subnet) =>
      planInstance(scope, group, { subnet, template, cause }),
    ),
  );
  await Promise.all(planned.map((instance) => launchOne(scope, group, instance)));
};

/** Finishes launches that a crash cut between the note and the answer. */
export const resumeLaunches = async (scope: AutoScalingScope, group: GroupRecord): Promise<void> => {
  const cut = scope.records
    .instances(group.name)
    .filter(({ id, token }) => id === undefined && !scope.launching.has(token));
  if (cut.length === 0) return;
  const launched = await launchedByToken(scope, group);
  await Promise.all(cut.map((instance) => launchOne(scope, group, instance, launched.get(instance.token))));
};
