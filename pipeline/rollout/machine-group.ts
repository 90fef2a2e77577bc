import {
  AutoScalingServiceException,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScalingClient, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  DescribeSubnetsCommand,
  EC2ServiceException,
} from '@aws-sdk/client-ec2';
import type { EC2Client, _InstanceType as InstanceType } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock.ts';
import type { Environment } from '../environments/environment.ts';
import { GroupStillThereError } from '../errors.ts';
import { instanceTypeFor } from '../machine/instance-type.ts';
import { userData } from '../machine/user-data.ts';
import type { LaunchEnvironment } from '../machine/user-data.ts';
import type { Deployment, Image } from '../model.ts';
import type { Placement } from '../placement.ts';
import type { ResourceTag } from '../tags.ts';
import { deleteTargetGroup } from '../traffic/target-group.ts';
import { deadManTimer } from './dead-man-timer.ts';

export interface MachineGroupDeps {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly clock: Clock;
}

/** A group of machines to be launched. */
export interface NewMachineGroup {
  readonly deployment: Deployment;
  readonly image: Image;
  readonly environment: Environment;
  readonly machines: number;
  readonly placement: Placement;
  readonly tags: readonly ResourceTag[];
}

const deadManVariables = (environment: Environment): LaunchEnvironment => {
  const timer = deadManTimer(environment);
  if (timer === undefined) return {};
  return {
    KILN_MAX_UPTIME_SECONDS: String(timer.seconds),
    KILN_MAX_UPTIME_JITTER_SECONDS: String(timer.jitterSeconds),
  };
};

/** The configuration of the deployment, which a rollback restores, not what the environment says now. */
const launchEnvironment = ({ deployment, environment }: NewMachineGroup): LaunchEnvironment => ({
  ...deployment.configuration.parameters,
  KILN_ENV: environment.name,
  ...deadManVariables(environment),
});

const createLaunchTemplate = async (group: NewMachineGroup, ec2: EC2Client): Promise<void> => {
  const tags = [...group.tags];
  try {
    await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: group.deployment.launchTemplateName,
        LaunchTemplateData: {
          ImageId: group.image.imageId,
          InstanceType: (group.environment.instanceType ??
            instanceTypeFor(group.image.memoryMiB)) as InstanceType,
          SecurityGroupIds: [group.placement.securityGroupId],
          // A machine whose app ended powers itself off; it must go, not linger as stopped.
          InstanceInitiatedShutdownBehavior: 'terminate',
          UserData: userData(launchEnvironment(group)),
          MetadataOptions: {
            HttpTokens: 'required',
            HttpPutResponseHopLimit: 1,
            InstanceMetadataTags: 'enabled',
          },
          TagSpecifications: [{ ResourceType: 'instance', Tags: tags }],
        },
        TagSpecifications: [{ ResourceType: 'launch-template', Tags: tags }],
      }),
    );
  } catch (error) {
    const exists =
      error instanceof EC2ServiceException &&
      error.name === 'InvalidLaunchTemplateName.AlreadyExistsException';
    if (!exists) throw error;
  }
};

/** The subnets in the zones that the environment wants. @throws Error when a zone has none */
const subnetsIn = async (
  zones: readonly string[] | undefined,
  subnetIds: readonly string[],
  ec2: EC2Client,
): Promise<readonly string[]> => {
  if (zones === undefined) return subnetIds;
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
  return zones.map((zone) => {
    const subnet = Subnets.find(({ AvailabilityZone = '' }) => AvailabilityZone.endsWith(zone));
    if (subnet?.SubnetId === undefined)
      throw new Error(`no subnet in zone '${zone}', there are: ${subnetIds.join(', ')}`);
    return subnet.SubnetId;
  });
};

/** Launches a group of machines in every zone, or finds the one that an earlier attempt launched. */
export const createMachineGroup = async (group: NewMachineGroup, deps: MachineGroupDeps): Promise<void> => {
  await createLaunchTemplate(group, deps.ec2);
  const subnetIds = await subnetsIn(group.environment.zones, group.placement.subnetIds, deps.ec2);
  const { groupName, launchTemplateName, targetGroupArn } = group.deployment;
  try {
    await deps.autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: groupName,
        LaunchTemplate: { LaunchTemplateName: launchTemplateName, Version: '1' },
        MinSize: Math.min(group.environment.capacity.min, group.machines),
        // Room to launch a replacement before the machine it replaces ends.
        MaxSize: Math.max(group.environment.capacity.max, group.machines + 1),
        DesiredCapacity: group.machines,
        VPCZoneIdentifier: subnetIds.join(','),
        TargetGroupARNs: [targetGroupArn],
        HealthCheckType: 'ELB',
        HealthCheckGracePeriod: Math.max(group.environment.healthGraceSeconds, group.image.startSeconds),
        DefaultInstanceWarmup: 0,
        InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
        Tags: group.tags.map((tag) => ({
          ...tag,
          PropagateAtLaunch: true,
          ResourceId: groupName,
          ResourceType: 'auto-scaling-group',
        })),
      }),
    );
  } catch (error) {
    if (!(error instanceof AutoScalingServiceException && error.name.startsWith('AlreadyExists')))
      throw error;
  }
};

/** Names that one call takes; it answers with 50 groups unless told (API reference of DescribeAutoScalingGroups). */
const NAMES_A_CALL = 100;

/** Groups by name, a call a hundred; one that is gone is not there. */
export const readMachineGroups = async (
  groupNames: readonly string[],
  autoScaling: AutoScalingClient,
): Promise<ReadonlyMap<string, AutoScalingGroup>> => {
  const groups = new Map<string, AutoScalingGroup>();
  for (let first = 0; first < groupNames.length; first += NAMES_A_CALL) {
    const { AutoScalingGroups = [] } = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({
        AutoScalingGroupNames: groupNames.slice(first, first + NAMES_A_CALL),
        MaxRecords: NAMES_A_CALL,
      }),
    );
    for (const group of AutoScalingGroups) groups.set(group.AutoScalingGroupName ?? '', group);
  }
  return groups;
};

/** The group as Auto Scaling describes it; undefined when it is gone. */
export const readMachineGroup = async (
  groupName: string,
  autoScaling: AutoScalingClient,
): Promise<AutoScalingGroup | undefined> =>
  (await readMachineGroups([groupName], autoScaling)).get(groupName);

/** Gives a group at least so many machines, as far as its maximum allows; a larger one, or one that is gone, stays. */
export const growMachineGroup = async (
  group: AutoScalingGroup | undefined,
  needed: number,
  autoScaling: AutoScalingClient,
): Promise<void> => {
  if (group === undefined || (group.DesiredCapacity ?? 0) >= needed) return;
  await autoScaling.send(
    new SetDesiredCapacityCommand({
      AutoScalingGroupName: group.AutoScalingGroupName,
      DesiredCapacity: Math.min(needed, group.MaxSize ?? needed),
    }),
  );
};

const deleteLaunchTemplate = async (name: string, ec2: EC2Client): Promise<void> => {
  try {
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name }));
  } catch (error) {
    const gone =
      error instanceof EC2ServiceException && error.name === 'InvalidLaunchTemplateName.NotFoundException';
    if (!gone) throw error;
  }
};

/**
 * Removes a group, its machines and what was made for it; no rule may refer to its target group any more. Called again
 * until nothing is left. @throws GroupStillThereError while machines still end
 */
export const removeMachineGroup = async (
  deployment: Pick<Deployment, 'groupName' | 'launchTemplateName'> & {
    /** As Auto Scaling just described it; undefined when it is gone. */
    readonly group: AutoScalingGroup | undefined;
    readonly targetGroupArn: string | undefined;
  },
  deps: MachineGroupDeps,
): Promise<void> => {
  if (deployment.group !== undefined) {
    if (deployment.group.Status === undefined) {
      await deps.autoScaling.send(
        new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: deployment.groupName, ForceDelete: true }),
      );
    }
    throw new GroupStillThereError(deployment.groupName);
  }
  if (deployment.targetGroupArn !== undefined) await deleteTargetGroup(deployment.targetGroupArn, deps);
  await deleteLaunchTemplate(deployment.launchTemplateName, deps.ec2);
};
