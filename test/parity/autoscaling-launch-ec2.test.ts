import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { LaunchInstancesCommandOutput } from '@aws-sdk/client-auto-scaling';
import { EBS } from '@aws-sdk/client-ebs';
import { EC2 } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createAutoScaling } from '#localcloud/services/autoscaling/index';
import { createElasticLoadBalancing } from '#localcloud/services/elasticloadbalancing/index';
import { imageInput, startEc2World } from '#test/helpers/ec2-world';
import { startKillableCloud } from '#test/helpers/killable-cloud';
import type { KillableCloud } from '#test/helpers/killable-cloud';
import { poll } from '#test/helpers/poll';
import { aSnapshot } from '#test/helpers/snapshots';

const NAME = 'hello-blue';
const SUBNETS = ['a', 'b', 'c'].map((zone) => `subnet-0000000000000000${zone}`);
const PLACE = { AutoScalingGroupName: NAME, AvailabilityZones: ['eu-central-1b'] };

let cleanUp: (() => Promise<void>) | undefined;

afterEach(async () => {
  await cleanUp?.();
  cleanUp = undefined;
});

const createGroup = async (asg: AutoScaling, ec2: EC2, ImageId: string): Promise<void> => {
  const { LaunchTemplate } = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'template',
    LaunchTemplateData: { ImageId, InstanceType: 't3.nano' },
  });
  await asg.createAutoScalingGroup({
    AutoScalingGroupName: NAME,
    LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: '1' },
    VPCZoneIdentifier: SUBNETS.join(','),
    MinSize: 0,
    MaxSize: 200,
    DesiredCapacity: 0,
  });
};

const aliveIn = async (ec2: EC2): Promise<string[]> => {
  const { Reservations = [] } = await ec2.describeInstances({
    Filters: [
      { Name: 'tag:aws:autoscaling:groupName', Values: [NAME] },
      { Name: 'instance-state-name', Values: ['pending', 'running'] },
    ],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId = '' }) => InstanceId);
};

interface Clients {
  readonly asg: AutoScaling;
  readonly ec2: EC2;
  readonly ebs: EBS;
}

/** One attempt: a retried call would hide that the process died. */
const connect = ({ clientConfig }: KillableCloud): Clients => {
  const config = { ...clientConfig, maxAttempts: 1 };
  return { asg: new AutoScaling(config), ec2: new EC2(config), ebs: new EBS(config) };
};

const anImage = async ({ ec2, ebs }: Clients): Promise<string> => {
  const { ImageId = '' } = await ec2.registerImage(imageInput(await aSnapshot(ebs)));
  return poll(
    async () => {
      const { Images = [] } = await ec2.describeImages({ ImageIds: [ImageId] });
      return Images[0]?.State === 'available' ? ImageId : undefined;
    },
    5000,
    () => 'the image is not available',
  );
};

describe('LaunchInstances over EC2 (from-docs)', () => {
  test('a full zone is answered as EC2 says it, and what fits is launched once, although an answer was lost', async () => {
    const world = await startEc2World({}, undefined, undefined, [
      createElasticLoadBalancing,
      createAutoScaling,
    ]);
    cleanUp = () => world.stop();
    const asg = new AutoScaling(world.cloud.clientConfig);
    await createGroup(asg, world.ec2, await world.anImage());
    world.cloud.cloud.faults.set({
      rules: [
        { service: 'ec2', action: 'RunInstances', nth: 2, do: { capacity: 'eu-central-1b' } },
        // Auto Scaling cannot know what came of it, and asks again with the same token.
        {
          service: 'ec2',
          action: 'RunInstances',
          caller: 'autoscaling.amazonaws.com',
          nth: 3,
          do: { dropAfter: true },
        },
      ],
    });
    const { Instances, Errors } = await asg.launchInstances({ ...PLACE, RequestedCapacity: 3 });
    expect(Instances).toEqual([
      {
        InstanceType: 't3.nano',
        MarketType: 'OnDemand',
        SubnetId: SUBNETS[1],
        AvailabilityZone: 'eu-central-1b',
        AvailabilityZoneId: 'eu-central-1-az2',
        InstanceIds: [expect.stringMatching(/^i-/), expect.stringMatching(/^i-/)],
      },
    ]);
    expect(Errors).toEqual([expect.objectContaining({ ErrorCode: 'InsufficientInstanceCapacity' })]);
    const ids = await aliveIn(world.ec2);
    expect(ids.toSorted()).toEqual(Instances?.[0]?.InstanceIds?.toSorted());
    asg.destroy();
  });

  test.each([4, 10])(
    'kill -9 when EC2 has launched %d of 10: none is launched twice, and the token tells which there are',
    async (launches) => {
      const cloud = await startKillableCloud({
        fixture: 'machines-process',
        env: { DIES_AFTER_LAUNCHES: String(launches) },
      });
      cleanUp = () => cloud.end();
      const before = connect(cloud);
      await createGroup(before.asg, before.ec2, await anImage(before));
      const input = { ...PLACE, RequestedCapacity: 10, ClientToken: 'token' };
      await expect(before.asg.launchInstances(input)).rejects.toThrow();
      expect(cloud.log()).toEqual(['died']);
      await cloud.killAndRestart();
      const after = connect(cloud);
      const answer = await poll<LaunchInstancesCommandOutput>(
        () => after.asg.launchInstances(input).catch(() => undefined),
        5000,
        () => 'the token was not answered',
      );
      expect(answer.Errors).toEqual([]);
      const ids = answer.Instances?.[0]?.InstanceIds ?? [];
      expect(ids).toHaveLength(10);
      expect((await aliveIn(after.ec2)).toSorted()).toEqual(ids.toSorted());
      const { AutoScalingGroups } = await after.asg.describeAutoScalingGroups({});
      expect(AutoScalingGroups?.[0]?.DesiredCapacity).toBe(10);
      expect(AutoScalingGroups?.[0]?.Instances).toHaveLength(10);
    },
    20_000,
  );
});
