import type { CloudContext } from '../../cloud-context.ts';
import type { Call } from '../../service.ts';
import { groupNotFound, instanceNotFound } from './errors.ts';
import type { AutoScalingRecords, GroupRecord, InstanceRecord } from './records.ts';

/** How this Auto Scaling behaves where AWS's documentation leaves it open. */
export interface AutoScalingOptions {
  /**
   * Does LaunchInstances raise the group's desired capacity by what it launched? AWS's guide implies it and does not say
   * it (https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-instances-synchronously.html). When false, what it
   * launched is not counted until the desired capacity is set.
   */
  readonly launchRaisesDesired: (groupName: string) => boolean;
}

/** What the operations and the reconciler work on. */
export interface AutoScalingScope {
  readonly options: AutoScalingOptions;
  /** Tokens of the instances whose launch is under way in this process. */
  readonly launching: Set<string>;
  readonly context: CloudContext;
  readonly records: AutoScalingRecords;
  /** Has the group looked at soon; for operations, after they changed something. */
  readonly kick: (group: string) => void;
}

/** A call to another service in the name of Auto Scaling. */
export const asAutoScaling = ({ context }: AutoScalingScope): Call =>
  context.asService('autoscaling.amazonaws.com');

/** Finds a group or throws. */
export const findGroup = ({ records }: AutoScalingScope, name: string | undefined): GroupRecord => {
  const group = records.groups.get(name ?? '');
  if (group === undefined) throw groupNotFound(name ?? '');
  return group;
};

/** Finds a managed instance by its id or throws. */
export const findInstance = (
  { records }: AutoScalingScope,
  id: string | undefined,
  group?: string,
): InstanceRecord => {
  const instance = records
    .instances(group)
    .find((candidate) => candidate.id !== undefined && candidate.id === id);
  if (instance === undefined) throw instanceNotFound(id ?? '');
  return instance;
};
