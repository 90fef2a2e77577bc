import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import {
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { deploymentNames } from '#pipeline/names';
import { TAG } from '#pipeline/tags';
import { fakeGroups } from './fake-groups.ts';
import { aRule, fakeTraffic } from './fake-traffic.ts';
import { instantClock } from './instant-clock.ts';
import { memoryDocuments } from './memory-documents.ts';
import {
  aDeployment,
  aKey,
  anEnvironment,
  announcements,
  placement,
  quietLog,
  STACK,
  targetGroupOf,
} from './pipeline-fixtures.ts';
import { ec2Error } from './service-error.ts';

/** All that a rollout's steps see and change; call it anew for each test. */
export const rolloutWorld = () => {
  const traffic = fakeTraffic();
  const groups = fakeGroups(traffic.changes);
  const ec2 = mockClient(EC2Client);
  const states = mockClient(SFNClient);
  const cloudWatch = mockClient(CloudWatchClient);
  const documents = memoryDocuments();
  const clock = instantClock();
  const { names, announce } = announcements();
  const launchTemplates = new Set<string>();
  /** Executions by ARN; others do not exist. */
  const executions = new Map<string, ExecutionStatus>();
  /** States of the alarms that exist. */
  const alarms = new Map<string, 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'>();
  /** What target groups have answered, by ARN. */
  const requests = new Map<string, { requests: number; errors: number }>();
  /** Image of a machine, if it is not its group's. */
  const wrongImages = new Map<string, string>();
  const imageOf = (instanceId: string): string =>
    wrongImages.get(instanceId) ?? `ami-${instanceId.split('-')[1] ?? ''}`;
  documents.all.set(ENVIRONMENTS_KEY, { updatedAt: '', environments: [anEnvironment()] });
  /** Digest tags of the images. */
  const digests = new Map([
    ['ami-1', 'sha256:1'],
    ['ami-2', 'sha256:2'],
  ]);

  ec2
    .on(CreateLaunchTemplateCommand)
    .callsFake(({ LaunchTemplateName = '' }: CreateLaunchTemplateCommand['input']) => {
      if (launchTemplates.has(LaunchTemplateName))
        throw ec2Error('InvalidLaunchTemplateName.AlreadyExistsException');
      launchTemplates.add(LaunchTemplateName);
      return {};
    });
  ec2
    .on(DeleteLaunchTemplateCommand)
    .callsFake(({ LaunchTemplateName = '' }: DeleteLaunchTemplateCommand['input']) => {
      if (!launchTemplates.delete(LaunchTemplateName))
        throw ec2Error('InvalidLaunchTemplateName.NotFoundException');
      traffic.changes.push('DeleteLaunchTemplate');
      return {};
    });
  ec2.on(DescribeImagesCommand).callsFake(({ Filters = [] }: DescribeImagesCommand['input']) => ({
    Images: (Filters[0]?.Values ?? [])
      .filter((ImageId) => digests.has(ImageId))
      .map((ImageId) => ({
        ImageId,
        State: 'available',
        Tags: [{ Key: TAG.digest, Value: digests.get(ImageId) ?? '' }],
      })),
  }));
  ec2.on(DescribeInstancesCommand).callsFake(({ InstanceIds = [] }: DescribeInstancesCommand['input']) => ({
    Reservations: [
      { Instances: InstanceIds.map((InstanceId) => ({ InstanceId, ImageId: imageOf(InstanceId) })) },
    ],
  }));
  cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames = [] }: DescribeAlarmsCommand['input']) => ({
    MetricAlarms: AlarmNames.filter((name) => alarms.has(name)).map((AlarmName) => ({
      AlarmName,
      StateValue: alarms.get(AlarmName),
    })),
  }));
  cloudWatch
    .on(GetMetricDataCommand)
    .callsFake(({ MetricDataQueries = [], StartTime }: GetMetricDataCommandInput) => ({
      MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
        const dimension = MetricStat?.Metric?.Dimensions?.find(({ Name }) => Name === 'TargetGroup');
        const counts = [...requests].find(([arn]) => arn.endsWith(dimension?.Value ?? ' '))?.[1];
        const name = MetricStat?.Metric?.MetricName;
        const value =
          name === 'RequestCount'
            ? counts?.requests
            : name?.includes('5XX') === true
              ? counts?.errors
              : undefined;
        return value === undefined
          ? { Id, Timestamps: [], Values: [] }
          : { Id, Timestamps: [StartTime ?? new Date(0)], Values: [value] };
      }),
    }));
  states
    .on(DescribeExecutionCommand)
    .callsFake(({ executionArn = '' }: DescribeExecutionCommand['input']) => ({
      status: executions.get(executionArn) ?? 'ABORTED',
    }));

  return {
    traffic,
    groups,
    documents,
    clock,
    launchTemplates,
    executions,
    digests,
    alarms,
    requests,
    wrongImages,
    /** The environments as deployed; `dev` unless named otherwise. */
    configure: (...environments: readonly Partial<DeployedEnvironment>[]): void => {
      documents.all.set(ENVIRONMENTS_KEY, {
        updatedAt: '',
        environments: environments.map((more) => anEnvironment(more)),
      });
    },
    changes: traffic.changes,
    announced: names,
    /** Puts the machines of the `n`th release there, as StartRollout would have; healthy unless told otherwise. */
    launch: (n: number, health: 'healthy' | 'unhealthy' = 'healthy', machines = 2): void => {
      const deployment = aDeployment(n);
      const { preview, targetGroup } = deploymentNames(STACK, 'hello', aKey(n), 'dev');
      launchTemplates.add(deployment.launchTemplateName);
      traffic.targetGroups.set(targetGroup, targetGroupOf(n));
      traffic.health.set(
        targetGroupOf(n),
        Array.from({ length: machines }, () => health),
      );
      traffic.rules.push(aRule(`arn:rule/preview-${n}`, n, { [targetGroupOf(n)]: 1 }, preview));
      groups.groups.set(deployment.groupName, {
        AutoScalingGroupName: deployment.groupName,
        DesiredCapacity: machines,
        MaxSize: 10,
        TargetGroupARNs: [targetGroupOf(n)],
      } as AutoScalingGroup);
    },
    deps: {
      autoScaling: groups.client,
      balancing: traffic.client,
      ec2: new EC2Client({ region: 'r' }),
      states: new SFNClient({ region: 'r' }),
      cloudWatch: new CloudWatchClient({ region: 'r' }),
      documents,
      clock,
      announce,
      log: quietLog,
      stack: STACK,
      placement,
    },
  };
};

/** Calls a step until it no longer asks to be called again, as its state does. */
export const untilDone = async <T>(
  step: () => Promise<T>,
  again: () => void = () => undefined,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (attempt > 20 || !['TargetsStillDraining', 'GroupStillThere'].includes(name)) throw error;
      again();
    }
  }
};
