import { AwsError } from '../../errors.ts';
import type { GroupRecord, InstanceRecord } from './records.ts';
import { asAutoScaling } from './scope.ts';
import type { AutoScalingScope } from './scope.ts';

const isGone = (error: unknown): boolean => error instanceof AwsError && error.code === 'TargetGroupNotFound';

/** Registers the instance with those target groups of its group that it is not registered with. */
export const registerInstance = async (
  scope: AutoScalingScope,
  group: GroupRecord,
  instance: InstanceRecord,
): Promise<void> => {
  const { context, records } = scope;
  if (group.suspended.includes('AddToLoadBalancer')) return;
  const registered = new Set(instance.registeredIn);
  for (const arn of group.targetGroupArns) {
    if (registered.has(arn)) continue;
    try {
      await context.peers.elasticloadbalancing.RegisterTargets(
        { TargetGroupArn: arn, Targets: [{ Id: instance.id }] },
        asAutoScaling(scope),
      );
      registered.add(arn);
    } catch (error) {
      // Tried again at the next tick.
      if (!isGone(error))
        context.log('warn', 'registering an instance failed', {
          targetGroup: arn,
          instance: instance.id,
          error: String(error),
        });
    }
  }
  if (registered.size > instance.registeredIn.length)
    records.changeInstance(instance, { registeredIn: [...registered] });
};

/** Deregisters the instance from target groups; one that is gone is no failure. */
export const deregisterInstance = async (
  scope: AutoScalingScope,
  instance: InstanceRecord,
  arns: readonly string[],
): Promise<void> => {
  for (const arn of arns) {
    try {
      await scope.context.peers.elasticloadbalancing.DeregisterTargets(
        { TargetGroupArn: arn, Targets: [{ Id: instance.id }] },
        asAutoScaling(scope),
      );
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
};

/** State of every target of the group by instance id; empty for a target group that is gone. */
export const targetStates = async (scope: AutoScalingScope, arn: string): Promise<Map<string, string>> => {
  try {
    const { TargetHealthDescriptions = [] } =
      await scope.context.peers.elasticloadbalancing.DescribeTargetHealth(
        { TargetGroupArn: arn },
        asAutoScaling(scope),
      );
    return new Map(
      TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
        Target?.Id ?? '',
        TargetHealth?.State ?? '',
      ]),
    );
  } catch (error) {
    if (!isGone(error)) throw error;
    return new Map();
  }
};
