import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAutoScaling } from '#localcloud/services/autoscaling/index';
import { createElasticLoadBalancing } from '#localcloud/services/elasticloadbalancing/index';
import { createEvents } from '#localcloud/services/events/index';
import { createSqs } from '#localcloud/services/sqs/index';
import { startEc2World } from '#test/helpers/ec2-world';
import type { Ec2World } from '#test/helpers/ec2-world';
import { queueArnOf, queueUser } from '#test/helpers/queue-user';

const NAME = 'hello-blue';

let world: Ec2World;

beforeEach(async () => {
  world = await startEc2World({}, undefined, undefined, [
    createElasticLoadBalancing,
    createAutoScaling,
    createEvents,
    createSqs,
  ]);
});

afterEach(() => world.stop());

test('Auto Scaling announces launches and terminations, failed ones too (from-docs)', async () => {
  const { clientConfig, cloud } = world.cloud;
  const queues = queueUser(clientConfig);
  const queue = await queues.create('activities');
  const events = new EventBridge(clientConfig);
  const EventPattern = JSON.stringify({ source: ['aws.autoscaling'] });
  const { RuleArn } = await events.putRule({ Name: 'activities', EventPattern });
  await queues.allow(queue, 'events.amazonaws.com', RuleArn);
  await events.putTargets({ Rule: 'activities', Targets: [{ Id: 'queue', Arn: queueArnOf(queue) }] });
  const untilAnnounced = async (detailType: string): Promise<unknown> => {
    const { Body = '' } = await queues.received(queue, detailType);
    return JSON.parse(Body) as unknown;
  };

  const asg = new AutoScaling(clientConfig);
  await asg.createAutoScalingGroup({
    AutoScalingGroupName: NAME,
    LaunchTemplate: {
      LaunchTemplateId: (
        await world.ec2.createLaunchTemplate({
          LaunchTemplateName: 'template',
          LaunchTemplateData: { ImageId: await world.anImage(), InstanceType: 't3.nano' },
        })
      ).LaunchTemplate?.LaunchTemplateId,
      Version: '1',
    },
    VPCZoneIdentifier: 'subnet-0000000000000000b',
    MinSize: 0,
    MaxSize: 2,
    DesiredCapacity: 0,
  });
  const { Instances } = await asg.launchInstances({ AutoScalingGroupName: NAME, RequestedCapacity: 1 });
  const id = Instances?.[0]?.InstanceIds?.[0] ?? '';
  expect(await untilAnnounced('EC2 Instance Launch Successful')).toMatchObject({
    source: 'aws.autoscaling',
    resources: [
      expect.stringContaining(`autoScalingGroupName/${NAME}`),
      expect.stringContaining(`instance/${id}`),
    ],
    detail: {
      AutoScalingGroupName: NAME,
      EC2InstanceId: id,
      Details: { 'Availability Zone': 'eu-central-1b', 'Subnet ID': 'subnet-0000000000000000b' },
    },
  });

  cloud.faults.set({
    rules: [{ service: 'ec2', action: 'RunInstances', do: { capacity: 'eu-central-1b' } }],
  });
  await asg.launchInstances({ AutoScalingGroupName: NAME, RequestedCapacity: 1 });
  expect(await untilAnnounced('EC2 Instance Launch Unsuccessful')).toMatchObject({
    detail: { StatusCode: 'Failed', StatusMessage: expect.stringContaining('sufficient capacity') },
  });

  await asg.terminateInstanceInAutoScalingGroup({
    AutoScalingGroupName: NAME,
    InstanceIds: [id],
    ShouldDecrementDesiredCapacity: true,
  });
  expect(await untilAnnounced('EC2 Instance Terminate Successful')).toMatchObject({
    detail: { EC2InstanceId: id, Cause: expect.stringContaining('shrinking the capacity from 1 to 0') },
  });
  asg.destroy();
  events.destroy();
});
