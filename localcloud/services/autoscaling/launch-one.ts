import type { Instance } from '@aws-sdk/client-ec2';
import { AwsError } from '../../errors.ts';
import { beginActivity, changeActivity, endActivity } from './activities.ts';
import { noteFailure } from './launch-back-off.ts';
import type { GroupRecord, InstanceRecord, SubnetRecord, TemplateRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';
import { settleLaunch } from './settle-launch.ts';

/** The text of an error, as an activity's status message shows it. */
export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const CAPACITY = 'InsufficientInstanceCapacity';

/** Writes down an instance that is to be launched, with its activity. */
export const planInstance = (
  scope: AutoScalingScope,
  group: GroupRecord,
  plan: {
    readonly subnet: SubnetRecord;
    readonly template: TemplateRecord;
    readonly cause: string;
    readonly request?: string;
  },
): InstanceRecord => {
  const { context, records } = scope;
  const { subnet, template, cause, request } = plan;
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
    launchActivity: beginActivity(scope, group, {
      description: 'Launching a new EC2 instance.',
      cause,
      subnet,
    }),
    ...(request === undefined ? {} : { request }),
  };
  records.putInstance(instance);
  return instance;
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

const TRIES = 3;

/** An answer that says nothing about whether the instance was launched; the same token may be sent again. */
const isUnclear = (error: unknown): boolean =>
  !(error instanceof AwsError) || (error.status >= 500 && error.code !== CAPACITY);

const runSurely = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
): Promise<Instance> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(scope, group, instance);
    } catch (error) {
      if (attempt === TRIES || !isUnclear(error)) throw error;
    }
  }
};

const noteLaunched = (scope: AutoScalingScope, instance: InstanceRecord, launched: Instance): void => {
  const { context, records } = scope;
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
    settleLaunch(scope, instance, launched);
  });
};

const noteFailed = (scope: AutoScalingScope, instance: InstanceRecord, error: unknown): void => {
  const { context, records } = scope;
  const activity = { ...instance, activity: instance.launchActivity };
  const code = error instanceof AwsError ? error.code : 'InternalFailure';
  context.log('warn', 'launch failed', { group: instance.group, error: textOf(error) });
  context.store.transaction(() => {
    records.removeInstance(instance);
    endActivity(scope, 'Launch', activity, 'Failed', textOf(error));
    const leftToGroup = settleLaunch(scope, instance, { code, message: textOf(error) });
    if (leftToGroup) noteFailure(scope, instance.group, code === CAPACITY ? instance.subnet.zone : undefined);
  });
};

/** Launches an instance that was written down, or takes over the one that was launched for it before; notes what came of it. */
export const launchOne = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
  launchedBefore?: Instance,
): Promise<void> => {
  if (scope.launching.has(instance.token)) return;
  scope.launching.add(instance.token);
  try {
    noteLaunched(scope, instance, launchedBefore ?? (await runSurely(scope, group, instance)));
  } catch (error) {
    noteFailed(scope, instance, error);
  } finally {
    scope.launching.delete(instance.token);
  }
};
