import { afterEach, describe, expect, test } from '@jest/globals';
import type { LaunchInstancesCommandInput } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '#localcloud/errors';
import { openAutoScalingRecords } from '#localcloud/services/autoscaling/records';
import { openStore } from '#localcloud/store';
import { eventually } from '#test/unit/localcloud/services/autoscaling/eventually';
import {
  NAME,
  alive,
  cleanUpWorlds,
  createGroup,
  describeGroup,
  instancesOf,
  startWorld,
  untilInService,
} from '#test/unit/localcloud/services/autoscaling/world';
import type { World } from '#test/unit/localcloud/services/autoscaling/world';

afterEach(cleanUpWorlds);

const noCapacity = new AwsError('InsufficientInstanceCapacity', 'no capacity here', { status: 500 });

const request = (more: Partial<LaunchInstancesCommandInput> = {}): LaunchInstancesCommandInput => ({
  AutoScalingGroupName: NAME,
  RequestedCapacity: 1,
  AvailabilityZones: ['eu-central-1b'],
  ClientToken: 'token',
  ...more,
});

const desiredOf = async (world: World): Promise<number | undefined> =>
  (await describeGroup(world))?.DesiredCapacity;

const startGroup = async (desired = 1, factor = 20): Promise<World> => {
  const world = await startWorld(factor);
  await createGroup(world, desired);
  await untilInService(world, desired);
  return world;
};

describe('LaunchInstances (from-docs)', () => {
  test('answers the ids of instances in the zone that was asked for, and raises the desired capacity', async () => {
    const world = await startGroup(2);
    const { $metadata: _, ...answer } = await world.asg.launchInstances(request({ RequestedCapacity: 2 }));
    const ids = answer.Instances?.[0]?.InstanceIds ?? [];
    expect(ids).toHaveLength(2);
    expect(answer).toEqual({
      AutoScalingGroupName: NAME,
      ClientToken: 'token',
      Instances: [
        {
          InstanceType: 't3.micro',
          MarketType: 'OnDemand',
          SubnetId: 'subnet-b',
          AvailabilityZone: 'eu-central-1b',
          AvailabilityZoneId: 'euc1-az-b',
          InstanceIds: ids,
        },
      ],
      Errors: [],
    });
    expect(await desiredOf(world)).toBe(4);
    await untilInService(world, 4);
    expect(await instancesOf(world)).toEqual(expect.arrayContaining(ids));
    const [machine] = ids.map((id) => world.ec2.machines.get(id));
    expect(machine?.input.TagSpecifications?.[0]?.Tags).toContainEqual({
      Key: 'aws:autoscaling:groupName',
      Value: NAME,
    });
    expect(world.ec2.launches).toBe(4);
  });

  test('by the other reading of the guide, what it launched stays although the desired capacity does not rise', async () => {
    const world = await startWorld(20, undefined, undefined, { launchRaisesDesired: () => false });
    await createGroup(world, 1);
    await untilInService(world, 1);
    await world.asg.launchInstances(request());
    await untilInService(world, 2);
    expect(await desiredOf(world)).toBe(1);
    await world.asg.setDesiredCapacity({ AutoScalingGroupName: NAME, DesiredCapacity: 2 });
    const { Activities } = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
    expect(Activities).toHaveLength(2);
    await world.asg.setDesiredCapacity({ AutoScalingGroupName: NAME, DesiredCapacity: 1 });
    await untilInService(world, 1);
  });

  test('the same token launches once and answers the same; with other parameters it is refused', async () => {
    const world = await startGroup();
    const first = await world.asg.launchInstances(request());
    const again = await world.asg.launchInstances(request());
    expect(again.Instances).toEqual(first.Instances);
    expect([world.ec2.launches, await desiredOf(world)]).toEqual([2, 2]);
    await expect(world.asg.launchInstances(request({ RequestedCapacity: 2 }))).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchError',
    });
  });

  test('the same token while the first call goes on is told so', async () => {
    const world = await startGroup();
    const release = Promise.withResolvers<void>();
    world.ec2.hold = release.promise;
    const first = world.asg.launchInstances(request());
    await eventually(() => world.ec2.launches === 2);
    await expect(world.asg.launchInstances(request())).rejects.toMatchObject({
      name: 'IdempotentCallInProgressFault',
      $metadata: { httpStatusCode: 500 },
    });
    expect((await describeGroup(world))?.Instances).toHaveLength(1);
    release.resolve();
    expect((await first).Instances?.[0]?.InstanceIds).toHaveLength(1);
    await untilInService(world, 2);
    expect(world.ec2.launches).toBe(2);
  });

  test('a token is forgotten after eight hours', async () => {
    // At a real second's pace: the clock of a restarted world begins anew.
    const before = await startGroup(1, 1);
    const first = await before.asg.launchInstances(request());
    const after = await before.restart((stateDir) => {
      const store = openStore(stateDir);
      const { requests } = openAutoScalingRecords(store);
      for (const asked of requests.list())
        requests.put(asked.token, { ...asked, askedAt: asked.askedAt - 8 * 3_600_000 });
      store.close();
    });
    const again = await after.asg.launchInstances(request());
    expect(again.Instances?.[0]?.InstanceIds).not.toEqual(first.Instances?.[0]?.InstanceIds);
  });

  test.each([
    ['several zones and none named', { AvailabilityZones: undefined }, 'several Availability Zones'],
    ['a zone of another group', { AvailabilityZones: ['eu-central-1z'] }, 'is not a place of'],
    ['a subnet outside the zone', { SubnetIds: ['subnet-a'] }, 'is not a place of'],
    ['two zones', { AvailabilityZones: ['eu-central-1a', 'eu-central-1b'] }, 'at most 1 item'],
    ['zones by name and by id', { AvailabilityZoneIds: ['euc1-az-b'] }, 'cannot specify both'],
    ['more than 100', { RequestedCapacity: 101 }, 'between 1 and 100'],
    ['none', { RequestedCapacity: 0 }, 'between 1 and 100'],
    ['a token with a space', { ClientToken: 'a b' }, 'ClientToken'],
    ['a group that is not there', { AutoScalingGroupName: 'nobody' }, 'not found'],
    ['more than the group may have', { RequestedCapacity: 6 }, 'max-size=6, and desired-size=1. To launch 6'],
  ] as const)('refuses %s', async (_, more, text) => {
    const world = await startGroup();
    await expect(
      world.asg.launchInstances({ ...request(), ...more } as object as LaunchInstancesCommandInput),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(text),
    });
    expect([world.ec2.launches, await desiredOf(world)]).toEqual([1, 1]);
  });

  test('finds the place by subnet or zone id, and needs none in a group of one zone', async () => {
    const world = await startWorld(20);
    await createGroup(world, 0);
    const placeOf = async (more: Partial<LaunchInstancesCommandInput>): Promise<string | undefined> => {
      const { AvailabilityZones: _, ...place } = request({ ClientToken: undefined, ...more });
      return (await world.asg.launchInstances(place)).Instances?.[0]?.AvailabilityZone;
    };
    expect(await placeOf({ SubnetIds: ['subnet-c'] })).toBe('eu-central-1c');
    expect(await placeOf({ AvailabilityZoneIds: ['euc1-az-a'] })).toBe('eu-central-1a');
    await createGroup(world, 0, { AutoScalingGroupName: 'one-zone', VPCZoneIdentifier: 'subnet-b' });
    expect(await placeOf({ AutoScalingGroupName: 'one-zone' })).toBe('eu-central-1b');
  });

  test('a zone without capacity is answered as an error, and the desired capacity stays', async () => {
    const world = await startGroup();
    world.ec2.failuresIn.set('subnet-b', { times: Infinity, error: noCapacity });
    const { Instances, Errors } = await world.asg.launchInstances(request({ RequestedCapacity: 2 }));
    expect(Instances).toEqual([]);
    expect(Errors).toEqual([
      expect.objectContaining({
        AvailabilityZone: 'eu-central-1b',
        SubnetId: 'subnet-b',
        ErrorCode: 'InsufficientInstanceCapacity',
        ErrorMessage: 'no capacity here',
      }),
    ]);
    expect(await desiredOf(world)).toBe(1);
    const again = await world.asg.launchInstances(request({ RequestedCapacity: 2 }));
    expect(again.Errors).toEqual(Errors);
    const { Activities = [] } = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
    expect(Activities.filter(({ StatusCode }) => StatusCode === 'Failed')).toHaveLength(2);
    expect(alive(world)).toBe(1);
  });

  test('a part that was launched counts, the rest is answered as an error', async () => {
    const world = await startGroup();
    world.ec2.failuresIn.set('subnet-b', { times: 2, error: noCapacity });
    const { Instances, Errors } = await world.asg.launchInstances(request({ RequestedCapacity: 3 }));
    expect(Instances?.[0]?.InstanceIds).toHaveLength(1);
    expect(Errors).toHaveLength(1);
    expect(await desiredOf(world)).toBe(2);
    await untilInService(world, 2);
  });

  test('with retry-with-group-configuration the group launches in another zone what failed', async () => {
    const world = await startGroup();
    world.ec2.failuresIn.set('subnet-b', { times: Infinity, error: noCapacity });
    const { Errors } = await world.asg.launchInstances(
      request({ RequestedCapacity: 2, RetryStrategy: 'retry-with-group-configuration' }),
    );
    expect(Errors).toHaveLength(1);
    expect(await desiredOf(world)).toBe(3);
    await untilInService(world, 3);
    const group = await describeGroup(world);
    expect(new Set(group?.Instances?.map(({ AvailabilityZone }) => AvailabilityZone))).toEqual(
      new Set(['eu-central-1a', 'eu-central-1c']),
    );
  });

  test('a launch that a crash cut off is finished once, and the token then answers it', async () => {
    const before = await startGroup();
    const first = await before.asg.launchInstances(request());
    const after = await before.restart((stateDir) => {
      const store = openStore(stateDir);
      const records = openAutoScalingRecords(store);
      for (const { id: _, ...instance } of records
        .instances()
        .filter(({ request: asked }) => asked !== undefined))
        records.putInstance({ ...instance, state: 'Pending' });
      for (const asked of records.requests.list())
        records.requests.put(asked.token, { ...asked, launched: [] });
      records.changeGroup(NAME, { desired: 1 });
      store.close();
    });
    await untilInService(after, 2);
    const again = await after.asg.launchInstances(request());
    expect(again.Instances).toEqual(first.Instances);
    expect([after.ec2.machines.size, await desiredOf(after)]).toEqual([2, 2]);
  });

  test('a group that is being deleted launches nothing and takes what was on its way with it', async () => {
    const world = await startGroup();
    const release = Promise.withResolvers<void>();
    world.ec2.hold = release.promise;
    const launch = world.asg.launchInstances(request());
    await eventually(() => world.ec2.launches === 2);
    await world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: NAME, ForceDelete: true });
    await expect(world.asg.launchInstances(request({ ClientToken: 'late' }))).rejects.toMatchObject({
      name: 'ScalingActivityInProgressFault',
    });
    release.resolve();
    await launch;
    await eventually(async () => (await describeGroup(world)) === undefined);
    expect(alive(world)).toBe(0);
  });
});
