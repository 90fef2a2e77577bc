import type { Instance } from '@aws-sdk/client-ec2';
import { beginActivity, changeActivity, endActivity } from './activities.ts';
import { chooseSubnets } from './choose-subnets.ts';
import { noteFailure } from './launch-back-off.ts';
import { resolveTemplate } from './launch-template.ts';
import type { GroupRecord, InstanceRecord, TemplateRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const findByToken = async (
  scope: AutoScalingScope,
  instance: InstanceRecord,
): Promise<Instance | undefined> => {
  const { Reservations = [] } = await scope.context.peers.ec2.DescribeInstances(
    { Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: [instance.group] }] },
    asAutoScaling(scope),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances).find(
    ({ ClientToken }) => ClientToken === instance.token,
  );
};

const run = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
): Promise<Instance> => {
  const { Instances = [] } = await scope.context.peers.ec2.RunInstances(
    {
      MinCount: 1,
      MaxCount: 1,
      ClientToken: instance.token,
      LaunchTemplate: { LaunchTemplateId: instance.template.id, Version: instance.template.version },
      SubnetId: instance.subnet.id,
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            ...group.tags
              .filter(({ propagate }) => propagate)
              .map(({ key, value }) => ({ Key: key, Value: value })),
            { Key: 'aws:autoscaling:groupName', Value: group.name },
          ],
        },
      ],
    },
    asAutoScaling(scope),
  );
  const [launched] = Instances;
  if (launched === undefined) throw new Error('RunInstances answered no instance');
  return launched;
};

const launch = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
  again: boolean,
): Promise<void> => {
  const { context, records } = scope;
  try {
    const launched =
      (again ? await findByToken(scope, instance) : undefined) ?? (await run(scope, group, instance));
    context.store.transaction(() => {
      records.changeInstance(instance, {
        ...(launched.InstanceId === undefined ? {} : { id: launched.InstanceId }),
        ...(launched.InstanceType === undefined ? {} : { type: launched.InstanceType }),
        ...(launched.ImageId === undefined ? {} : { imageId: launched.ImageId }),
      });
      changeActivity(scope, instance.launchActivity, {
        description: `Launching a new EC2 instance: ${launched.InstanceId}`,
        status: 'PreInService',
      });
    });
  } catch (error) {
    context.log('warn', 'launch failed', { group: group.name, error: textOf(error) });
    context.store.transaction(() => {
      records.removeInstance(instance);
      endActivity(
        scope,
        'Launch',
        { ...instance, activity: instance.launchActivity },
        'Failed',
        textOf(error),
      );
      noteFailure(scope, group.name);
    });
  }
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
export const launchInstances = async (
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
    chooseSubnets(group.subnets, active, count).map((subnet): InstanceRecord => {
      const launchActivity = beginActivity(scope, group, {
        description: 'Launching a new EC2 instance.',
        cause,
        subnet,
      });
      const instance: InstanceRecord = {
        group: group.name,
        token: context.random.uuid(),
        subnet,
        template,
        state: 'Pending',
        healthy: true,
        protected: group.protectNew,
        launchedAt: context.clock.now(),
        registeredIn: [],
        launchActivity,
      };
      records.putInstance(instance);
      return instance;
    }),
  );
  await Promise.all(planned.map((instance) => launch(scope, group, instance, false)));
};

/** Finishes launches that a crash cut between the note and the answer. */
export const resumeLaunches = async (scope: AutoScalingScope, group: GroupRecord): Promise<void> => {
  const cut = scope.records.instances(group.name).filter(({ id }) => id === undefined);
  await Promise.all(cut.map((instance) => launch(scope, group, instance, true)));
};
