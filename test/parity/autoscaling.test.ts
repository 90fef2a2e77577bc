import { afterEach, describe, expect, test } from '@jest/globals';
import { AwsError } from '#localcloud/errors';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import {
  NAME,
  alive,
  cleanUpWorlds,
  createBalancer,
  createGroup,
  describeGroup,
  healthOf,
  instancesOf,
  startWorld,
  untilInService,
} from '#test/unit/localcloud/services/autoscaling/world';

afterEach(cleanUpWorlds);

describe('a group', () => {
  test('launches its desired capacity over the zones, with the tags that propagate', async () => {
    const world = await startWorld();
    await createGroup(world, 3);
    await untilInService(world, 3);
    const group = await describeGroup(world);
    expect(new Set(group?.Instances?.map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(3);
    expect(group?.Instances?.[0]).toMatchObject({
      HealthStatus: 'Healthy',
      LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'template', Version: '1' },
      ProtectedFromScaleIn: false,
    });
    const tags = [...world.ec2.machines.values()][0]?.input.TagSpecifications?.[0]?.Tags;
    expect(tags).toEqual([
      { Key: 'kiln:app', Value: 'hello' },
      { Key: 'aws:autoscaling:groupName', Value: NAME },
    ]);
    const { Activities } = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
    expect(Activities?.map(({ StatusCode }) => StatusCode)).toEqual([
      'Successful',
      'Successful',
      'Successful',
    ]);
  });

  test('replaces a machine that has ended, and shows the early end as a failed launch', async () => {
    const world = await startWorld(20);
    await createGroup(world, 2);
    await untilInService(world, 2);
    const [first = ''] = await instancesOf(world);
    world.ec2.powerOff(first);
    await eventually(async () => world.ec2.machines.get(first)?.state === 'terminated');
    await untilInService(world, 2);
    expect(await instancesOf(world)).not.toContain(first);
    const { Activities = [] } = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
    const failed = Activities.filter(({ StatusCode }) => StatusCode === 'Failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.StatusMessage).toContain('Client.InstanceInitiatedShutdown');
  });

  test('backs off when every machine ends at once', async () => {
    const world = await startWorld(20);
    const timer = setInterval(() => {
      for (const { id, state } of world.ec2.machines.values())
        if (state === 'running') world.ec2.powerOff(id);
    }, 5);
    await createGroup(world, 1);
    // 40 s of the group's time: launches at about 0, 2, 6, 14 and 30 s.
    await new Promise((resolve) => {
      setTimeout(resolve, 2_000);
    });
    clearInterval(timer);
    expect(world.ec2.launches).toBeGreaterThanOrEqual(3);
    expect(world.ec2.launches).toBeLessThanOrEqual(6);
  });

  test('shows a refused launch as failed activity and recovers', async () => {
    const world = await startWorld(20);
    world.ec2.failure = new AwsError('InsufficientInstanceCapacity', 'no memory left on this host');
    await createGroup(world, 1);
    await eventually(async () => {
      const { Activities } = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
      return Activities?.[0]?.StatusMessage === 'no memory left on this host';
    });
    world.ec2.failure = undefined;
    await untilInService(world, 1);
  });

  test('terminates the surplus from the fullest zone and keeps protected instances', async () => {
    const world = await startWorld(20);
    await createGroup(world, 4);
    await untilInService(world, 4);
    const [oldest = ''] = await instancesOf(world);
    await world.asg.setInstanceProtection({
      AutoScalingGroupName: NAME,
      InstanceIds: [oldest],
      ProtectedFromScaleIn: true,
    });
    await world.asg.setDesiredCapacity({ AutoScalingGroupName: NAME, DesiredCapacity: 1 });
    await untilInService(world, 1);
    expect(await instancesOf(world)).toEqual([oldest]);
    await eventually(() => alive(world) === 1);
    await expect(
      world.asg.setDesiredCapacity({ AutoScalingGroupName: NAME, DesiredCapacity: 7 }),
    ).rejects.toThrow('New SetDesiredCapacity value 7 is above max value 6');
  });

  test('does not replace an instance terminated with the capacity, and refuses below the min size', async () => {
    const world = await startWorld(20);
    await createGroup(world, 2, { MinSize: 1 });
    await untilInService(world, 2);
    const [first = '', second = ''] = await instancesOf(world);
    await world.asg.terminateInstanceInAutoScalingGroup({
      InstanceId: first,
      ShouldDecrementDesiredCapacity: true,
    });
    await eventually(() => alive(world) === 1);
    await expect(
      world.asg.terminateInstanceInAutoScalingGroup({
        InstanceId: second,
        ShouldDecrementDesiredCapacity: true,
      }),
    ).rejects.toThrow('desiredSize equals minSize (1)');
    await world.asg.terminateInstanceInAutoScalingGroup({
      InstanceId: second,
      ShouldDecrementDesiredCapacity: false,
    });
    await eventually(async () => {
      const ids = await instancesOf(world);
      return ids.length === 1 && ids[0] !== second;
    });
  });

  test('moves an instance to standby and back', async () => {
    const world = await startWorld(20);
    const { arn } = await createBalancer(world, 0);
    await createGroup(world, 2, { TargetGroupARNs: [arn] });
    await untilInService(world, 2);
    const [first = ''] = await instancesOf(world);
    await world.asg.enterStandby({
      AutoScalingGroupName: NAME,
      InstanceIds: [first],
      ShouldDecrementDesiredCapacity: true,
    });
    expect(await instancesOf(world, 'Standby')).toEqual([first]);
    await eventually(async () => Object.keys(await healthOf(world, arn)).length === 1);
    await world.asg.exitStandby({ AutoScalingGroupName: NAME, InstanceIds: [first] });
    await eventually(async () => Object.keys(await healthOf(world, arn)).length === 2);
    expect((await describeGroup(world))?.DesiredCapacity).toBe(2);
    expect(world.ec2.launches).toBe(2);
  });

  test('launches nothing while Launch is suspended', async () => {
    const world = await startWorld(20);
    await createGroup(world, 0);
    await world.asg.suspendProcesses({ AutoScalingGroupName: NAME, ScalingProcesses: ['Launch'] });
    await world.asg.setDesiredCapacity({ AutoScalingGroupName: NAME, DesiredCapacity: 1 });
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(world.ec2.launches).toBe(0);
    await world.asg.resumeProcesses({ AutoScalingGroupName: NAME });
    await untilInService(world, 1);
  });

  test('refuses what AWS refuses', async () => {
    const world = await startWorld();
    await createGroup(world, 1);
    await untilInService(world, 1);
    await expect(createGroup(world, 1)).rejects.toMatchObject({ name: 'AlreadyExistsFault' });
    await expect(world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: NAME })).rejects.toMatchObject({
      name: 'ResourceInUseFault',
    });
    await expect(
      world.asg.updateAutoScalingGroup({ AutoScalingGroupName: NAME, MinSize: 7 }),
    ).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(
      world.asg.updateAutoScalingGroup({
        AutoScalingGroupName: NAME,
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '99' },
      }),
    ).rejects.toThrow('valid fully-formed launch template');
  });
});
