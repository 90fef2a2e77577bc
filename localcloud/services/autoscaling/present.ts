import type {
  Activity,
  AutoScalingGroup,
  AutoScalingInstanceDetails,
  Instance,
  LaunchTemplateSpecification,
  TagDescription,
} from '@aws-sdk/client-auto-scaling';
import type { ActivityRecord, GroupRecord, InstanceRecord, TemplateRecord } from './records.ts';

const presentTemplate = ({ id, name, version }: TemplateRecord): LaunchTemplateSpecification => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Version: version,
});

/** The tags of a group as the API shows them. */
export const presentTags = ({ name, tags }: GroupRecord): TagDescription[] =>
  tags.map(({ key, value, propagate }) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: key,
    Value: value,
    PropagateAtLaunch: propagate,
  }));

const presentInstance = (instance: InstanceRecord): Instance => ({
  InstanceId: instance.id,
  ...(instance.type === undefined ? {} : { InstanceType: instance.type }),
  AvailabilityZone: instance.subnet.zone,
  LifecycleState: instance.state,
  HealthStatus: instance.healthy ? 'Healthy' : 'Unhealthy',
  LaunchTemplate: presentTemplate(instance.template),
  ...(instance.imageId === undefined ? {} : { ImageId: instance.imageId }),
  ProtectedFromScaleIn: instance.protected,
});

/** An instance as DescribeAutoScalingInstances shows it (the health in capitals is AWS's). */
export const presentInstanceDetails = (instance: InstanceRecord): AutoScalingInstanceDetails => {
  const { HealthStatus, ...rest } = presentInstance(instance);
  return { ...rest, AutoScalingGroupName: instance.group, HealthStatus: HealthStatus?.toUpperCase() };
};

/** A group with its instances. An instance shows once EC2 has given it an id. */
export const presentGroup = (group: GroupRecord, instances: readonly InstanceRecord[]): AutoScalingGroup => ({
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  LaunchTemplate: presentTemplate(group.template),
  MinSize: group.minSize,
  MaxSize: group.maxSize,
  DesiredCapacity: group.desired,
  DefaultCooldown: group.cooldownSeconds,
  AvailabilityZones: [...new Set(group.subnets.map(({ zone }) => zone))],
  LoadBalancerNames: [],
  TargetGroupARNs: [...group.targetGroupArns],
  HealthCheckType: group.healthCheckType,
  HealthCheckGracePeriod: group.graceSeconds,
  Instances: instances.filter(({ id }) => id !== undefined).map(presentInstance),
  CreatedTime: new Date(group.createdAt),
  SuspendedProcesses: group.suspended.map((ProcessName) => ({
    ProcessName,
    SuspensionReason: 'User suspended',
  })),
  VPCZoneIdentifier: group.subnets.map(({ id }) => id).join(','),
  EnabledMetrics: [],
  ...(group.deleting === true ? { Status: 'Delete in progress' } : {}),
  Tags: presentTags(group),
  TerminationPolicies: ['Default'],
  NewInstancesProtectedFromScaleIn: group.protectNew,
  ...(group.warmupSeconds === undefined ? {} : { DefaultInstanceWarmup: group.warmupSeconds }),
  ...(group.maintenancePolicy === undefined ? {} : { InstanceMaintenancePolicy: group.maintenancePolicy }),
});

const progress = ({ status }: ActivityRecord): number => {
  if (status === 'Successful' || status === 'Failed' || status === 'Cancelled') return 100;
  return status === 'PreInService' ? 30 : 50;
};

/** An activity as the API shows it. */
export const presentActivity = (activity: ActivityRecord): Activity => ({
  ActivityId: activity.id,
  AutoScalingGroupName: activity.group,
  AutoScalingGroupARN: activity.groupArn,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: new Date(activity.startedAt),
  ...(activity.endedAt === undefined ? {} : { EndTime: new Date(activity.endedAt) }),
  StatusCode: activity.status,
  ...(activity.message === undefined ? {} : { StatusMessage: activity.message }),
  Progress: progress(activity),
  Details: JSON.stringify({ 'Subnet ID': activity.subnet.id, 'Availability Zone': activity.subnet.zone }),
});
