import type * as AutoScaling from '@aws-sdk/client-auto-scaling';
import type { AutoScalingRecords } from './records.ts';
import type { CloudContext } from '../../cloud-context.ts';
import type { OperationsOf, ResourcesOf } from '../../service.ts';

/**
 * The resources of each operation for the permission check (Service Authorization Reference, "EC2 Auto Scaling"); the
 * Describe operations have none.
 */
export const resources = (
  { region, accountId }: Pick<CloudContext, 'region' | 'accountId'>,
  records: AutoScalingRecords,
): ResourcesOf<OperationsOf<typeof AutoScaling>> => {
  const named = (name: string | undefined): string[] => [
    records.groups.get(name ?? '')?.arn ??
      `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${name ?? ''}`,
  ];
  const byName = (input: { readonly AutoScalingGroupName?: string | undefined }): string[] =>
    named(input.AutoScalingGroupName);
  const ofInstances = (ids: readonly (string | undefined)[]): string[] =>
    ids.flatMap((id) => named(records.instances().find((instance) => instance.id === id)?.group));
  const ofTags = (input: {
    readonly Tags?: readonly { readonly ResourceId?: string | undefined }[] | undefined;
  }): string[] => (input.Tags ?? []).flatMap(({ ResourceId }) => named(ResourceId));
  return {
    AttachLoadBalancerTargetGroups: byName,
    CreateAutoScalingGroup: byName,
    CreateOrUpdateTags: ofTags,
    DeleteAutoScalingGroup: byName,
    DeleteTags: ofTags,
    DetachLoadBalancerTargetGroups: byName,
    EnterStandby: byName,
    ExitStandby: byName,
    LaunchInstances: byName,
    ResumeProcesses: byName,
    SetDesiredCapacity: byName,
    SetInstanceHealth: (input) => ofInstances([input.InstanceId]),
    SetInstanceProtection: byName,
    SuspendProcesses: byName,
    TerminateInstanceInAutoScalingGroup: (input) =>
      input.AutoScalingGroupName === undefined ? ofInstances([input.InstanceId]) : byName(input),
    UpdateAutoScalingGroup: byName,
  };
};
