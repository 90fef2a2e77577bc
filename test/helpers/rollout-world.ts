import {
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  DescribeImagesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { namesFor } from '#pipeline/names';
import { TAG } from '#pipeline/tags';
import { fakeGroups } from './fake-groups.ts';
import { aRule, fakeTraffic } from './fake-traffic.ts';
import { instantClock } from './instant-clock.ts';
import { memoryDocuments } from './memory-documents.ts';
import {
  aDeployment,
  announcements,
  aRelease,
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
  const documents = memoryDocuments();
  const clock = instantClock();
  const { names, announce } = announcements();
  const launchTemplates = new Set<string>();
  /** Executions by ARN; others do not exist. */
  const executions = new Map<string, ExecutionStatus>();
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
  ec2.on(DescribeImagesCommand).callsFake(({ ImageIds = [] }: DescribeImagesCommand['input']) => ({
    Images: ImageIds.map((ImageId) => ({
      ImageId,
      Tags: [{ Key: TAG.digest, Value: digests.get(ImageId) ?? '' }],
    })),
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
    changes: traffic.changes,
    announced: names,
    /** Puts the machines of the `n`th release there, as StartRollout would have; healthy unless told otherwise. */
    launch: (n: number, health: 'healthy' | 'unhealthy' = 'healthy', machines = 2): void => {
      const deployment = aDeployment(n);
      const { preview, targetGroup } = namesFor(STACK, aRelease(n), 'dev');
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
        TargetGroupARNs: [targetGroupOf(n)],
      } as AutoScalingGroup);
    },
    deps: {
      autoScaling: groups.client,
      balancing: traffic.client,
      ec2: new EC2Client({ region: 'r' }),
      states: new SFNClient({ region: 'r' }),
      documents,
      clock,
      announce,
      log: quietLog,
      stack: STACK,
      listenerArn: placement.listenerArn,
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
