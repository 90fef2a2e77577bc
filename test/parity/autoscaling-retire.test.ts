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

describe('TerminateInstanceInAutoScalingGroup with several ids (from-docs)', () => {
  test('terminates them after draining, one activity each, and takes them off the desired capacity', async () => {
    const world = await startWorld(20);
    const { arn } = await createBalancer(world, 20);
    await createGroup(world, 4, { TargetGroupARNs: [arn] });
    await eventually(
      async () => Object.values(await healthOf(world, arn)).join() === Array(4).fill('healthy').join(),
    );
    const ids = (await instancesOf(world)).slice(0, 2);
    await world.asg.setInstanceProtection({
      AutoScalingGroupName: NAME,
      InstanceIds: ids,
      ProtectedFromScaleIn: true,
    });
    const answer = await world.asg.terminateInstanceInAutoScalingGroup({
      AutoScalingGroupName: NAME,
      InstanceIds: ids,
      ShouldDecrementDesiredCapacity: true,
    });
    expect(answer.Activity).toBeUndefined();
    expect(answer.Activities?.map(({ Description }) => Description)).toEqual(
      ids.map((id) => `Terminating EC2 instance: ${id}`),
    );
    expect(alive(world)).toBe(4);
    expect((await describeGroup(world))?.DesiredCapacity).toBe(2);
    await eventually(async () => Object.values(await healthOf(world, arn)).includes('draining'));
    await eventually(() => alive(world) === 2);
    expect(world.ec2.launches).toBe(4);
  });

  test('refuses all of them when the desired capacity would fall below the min size', async () => {
    const world = await startWorld(20);
    await createGroup(world, 3, { MinSize: 2 });
    await untilInService(world, 3);
    const ids = await instancesOf(world);
    await expect(
      world.asg.terminateInstanceInAutoScalingGroup({
        AutoScalingGroupName: NAME,
        InstanceIds: ids.slice(0, 2),
        ShouldDecrementDesiredCapacity: true,
      }),
    ).rejects.toThrow('desiredSize equals minSize (2)');
    expect(await instancesOf(world)).toEqual(ids);
    expect((await describeGroup(world))?.DesiredCapacity).toBe(3);
  });

  test.each([
    ['ids without the group', { InstanceIds: ['i-1'] }, 'requires AutoScalingGroupName'],
    ['an id and ids', { AutoScalingGroupName: NAME, InstanceId: 'i-1', InstanceIds: ['i-1'] }, 'either'],
    [
      'more than 100',
      { AutoScalingGroupName: NAME, InstanceIds: Array.from({ length: 101 }, (_, index) => `i-${index}`) },
      '1 to 100',
    ],
    [
      'an id of no instance',
      { AutoScalingGroupName: NAME, InstanceIds: ['i-1'] },
      'No managed instance found',
    ],
  ])('refuses %s', async (_, input, text) => {
    const world = await startWorld();
    await createGroup(world, 0);
    await expect(
      world.asg.terminateInstanceInAutoScalingGroup({ ...input, ShouldDecrementDesiredCapacity: false }),
    ).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(text) });
  });

  test('an instance in standby goes too, and the desired capacity, which left it out, stays', async () => {
    const world = await startWorld(20);
    await createGroup(world, 2);
    await untilInService(world, 2);
    const [first = ''] = await instancesOf(world);
    await world.asg.enterStandby({
      AutoScalingGroupName: NAME,
      InstanceIds: [first],
      ShouldDecrementDesiredCapacity: true,
    });
    await world.asg.terminateInstanceInAutoScalingGroup({
      AutoScalingGroupName: NAME,
      InstanceIds: [first],
      ShouldDecrementDesiredCapacity: true,
    });
    await eventually(() => world.ec2.machines.get(first)?.state === 'terminated');
    expect((await describeGroup(world))?.DesiredCapacity).toBe(1);
    expect(world.ec2.launches).toBe(2);
  });
});

describe('a group and its zones (from-docs)', () => {
  test('a zone without capacity is passed over until the group has settled elsewhere', async () => {
    const world = await startWorld(20);
    world.ec2.failuresIn.set('subnet-b', {
      times: Infinity,
      error: new AwsError('InsufficientInstanceCapacity', 'no capacity here', { status: 500 }),
    });
    await createGroup(world, 4);
    await untilInService(world, 4);
    const group = await describeGroup(world);
    const zones = group?.Instances?.map(({ AvailabilityZone }) => AvailabilityZone).toSorted();
    expect(zones).toEqual(['eu-central-1a', 'eu-central-1a', 'eu-central-1c', 'eu-central-1c']);
  });
});

describe('DescribeScalingActivities (from-docs)', () => {
  test('leaves out those of an earlier group of the same name, unless deleted groups are asked for', async () => {
    const world = await startWorld(20);
    await createGroup(world, 2);
    await untilInService(world, 2);
    await world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: NAME, ForceDelete: true });
    await eventually(async () => (await describeGroup(world)) === undefined);
    await createGroup(world, 1);
    await untilInService(world, 1);
    const ofNow = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
    expect(ofNow.Activities).toHaveLength(1);
    const all = await world.asg.describeScalingActivities({
      AutoScalingGroupName: NAME,
      IncludeDeletedGroups: true,
    });
    expect(all.Activities).toHaveLength(5);
  });
});

describe('DescribeAutoScalingGroups (from-docs)', () => {
  test('pages of groups show each group once, although one goes between two pages', async () => {
    const world = await startWorld();
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const AutoScalingGroupName of names) await createGroup(world, 0, { AutoScalingGroupName });
    const first = await world.asg.describeAutoScalingGroups({ MaxRecords: 2 });
    await world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: 'a' });
    const second = await world.asg.describeAutoScalingGroups({ MaxRecords: 2, NextToken: first.NextToken });
    const third = await world.asg.describeAutoScalingGroups({ MaxRecords: 2, NextToken: second.NextToken });
    const seen = [first, second, third].flatMap(({ AutoScalingGroups = [] }) => AutoScalingGroups);
    expect(seen.map(({ AutoScalingGroupName }) => AutoScalingGroupName)).toEqual(names);
    expect(third.NextToken).toBeUndefined();
    await expect(world.asg.describeAutoScalingGroups({ NextToken: 'nonsense' })).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
  });
});
