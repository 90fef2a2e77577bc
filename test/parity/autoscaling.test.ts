import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '#localcloud/errors';
import { createAutoScaling } from '#localcloud/services/autoscaling/index';
import { createElasticLoadBalancing } from '#localcloud/services/elasticloadbalancing/index';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { eventually, freePort } from '#test/unit/localcloud/services/autoscaling/eventually';
import { createFakeEc2, fakeSubnets } from '#test/unit/localcloud/services/autoscaling/fake-ec2';
import type { FakeEc2 } from '#test/unit/localcloud/services/autoscaling/fake-ec2';
import { createFastClock } from '#test/unit/localcloud/services/autoscaling/fast-clock';

const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

interface World {
  readonly ec2: FakeEc2;
  readonly asg: AutoScaling;
  readonly elb: ElasticLoadBalancingV2;
  readonly restart: () => Promise<World>;
}

const startWorld = async (
  factor = 1,
  ec2 = createFakeEc2(),
  stateDir = mkdtempSync(join(tmpdir(), 'autoscaling-')),
): Promise<World> => {
  const { stop, clientConfig } = await startTestCloud({
    stateDir,
    clock: createFastClock(factor),
    services: [ec2.create, createElasticLoadBalancing, createAutoScaling],
  });
  cleanUp.push(() => ec2.close());
  cleanUp.push(() => rmSync(stateDir, { recursive: true, force: true }));
  cleanUp.push(stop);
  return {
    ec2,
    asg: new AutoScaling(clientConfig),
    elb: new ElasticLoadBalancingV2(clientConfig),
    restart: async () => {
      await stop();
      return startWorld(factor, ec2, stateDir);
    },
  };
};

const NAME = 'hello-green';

const createGroup = ({ asg }: World, desired: number, more: object = {}): Promise<unknown> =>
  asg.createAutoScalingGroup({
    AutoScalingGroupName: NAME,
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' },
    VPCZoneIdentifier: fakeSubnets.join(','),
    MinSize: 0,
    MaxSize: 6,
    DesiredCapacity: desired,
    Tags: [{ Key: 'kiln:app', Value: 'hello', PropagateAtLaunch: true }],
    ...more,
  });

const describeGroup = async ({ asg }: World): Promise<AutoScalingGroup | undefined> =>
  (await asg.describeAutoScalingGroups({ AutoScalingGroupNames: [NAME] })).AutoScalingGroups?.[0];

const instancesOf = async (world: World, state = 'InService'): Promise<string[]> =>
  ((await describeGroup(world))?.Instances ?? [])
    .filter(({ LifecycleState }) => LifecycleState === state)
    .map(({ InstanceId }) => InstanceId ?? '');

const untilInService = (world: World, count: number): Promise<void> =>
  eventually(
    async () => (await instancesOf(world)).length === count,
    () => [...world.ec2.machines.values()].map(({ id, state }) => ({ id, state })),
  );

const alive = (world: World): number =>
  [...world.ec2.machines.values()].filter(({ state }) => state === 'running').length;

const createBalancer = async (world: World, delaySeconds = 60): Promise<{ arn: string; port: number }> => {
  const { elb } = world;
  const { TargetGroups } = await elb.createTargetGroup({
    Name: NAME,
    Protocol: 'HTTP',
    Port: 8080,
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const arn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  await elb.modifyTargetGroupAttributes({
    TargetGroupArn: arn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(delaySeconds) }],
  });
  const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'hello', Subnets: fakeSubnets });
  const port = await freePort();
  await elb.createListener({
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: port,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  return { arn, port };
};

const healthOf = async ({ elb }: World, arn: string): Promise<Record<string, string>> => {
  const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({ TargetGroupArn: arn });
  return Object.fromEntries(
    TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State]),
  );
};

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
    cleanUp.push(() => clearInterval(timer));
    await createGroup(world, 1);
    // 40 s of the group's time: launches at about 0, 2, 6, 14 and 30 s.
    await new Promise((resolve) => {
      setTimeout(resolve, 2_000);
    });
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

describe('a group behind a load balancer', () => {
  test('registers its machines, and drains one before it is terminated', async () => {
    const world = await startWorld(20);
    const { arn, port } = await createBalancer(world, 20);
    await createGroup(world, 2, { TargetGroupARNs: [arn], HealthCheckType: 'ELB' });
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy,healthy');
    const answers = await Promise.all(
      [1, 2].map(async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
    );
    expect(new Set(answers)).toEqual(new Set(await instancesOf(world)));
    await world.asg.setDesiredCapacity({ AutoScalingGroupName: NAME, DesiredCapacity: 1 });
    await eventually(async () => Object.values(await healthOf(world, arn)).includes('draining'));
    expect(alive(world)).toBe(2);
    const { LoadBalancerTargetGroups } = await world.asg.describeLoadBalancerTargetGroups({
      AutoScalingGroupName: NAME,
    });
    expect(LoadBalancerTargetGroups).toEqual([{ LoadBalancerTargetGroupARN: arn, State: 'InService' }]);
    await eventually(() => alive(world) === 1);
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy');
  });

  test('replaces a machine that the balancer finds unhealthy', async () => {
    const world = await startWorld(20);
    let broken = '';
    world.ec2.serve = (id) => (_, response) => {
      response.statusCode = id === broken ? 500 : 200;
      response.end(id);
    };
    const { arn } = await createBalancer(world, 0);
    await createGroup(world, 2, { TargetGroupARNs: [arn], HealthCheckType: 'ELB' });
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy,healthy');
    [broken = ''] = await instancesOf(world);
    await eventually(() => world.ec2.machines.get(broken)?.state === 'terminated');
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy,healthy');
    expect(world.ec2.launches).toBe(3);
  });

  test('drains and ends everything when deleted by force, then vanishes', async () => {
    const world = await startWorld(20);
    const { arn } = await createBalancer(world, 10);
    await createGroup(world, 2, { TargetGroupARNs: [arn] });
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy,healthy');
    await world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: NAME, ForceDelete: true });
    expect((await describeGroup(world))?.Status).toBe('Delete in progress');
    await eventually(async () => (await describeGroup(world)) === undefined);
    expect(alive(world)).toBe(0);
    expect(await healthOf(world, arn)).toEqual({});
  });

  test('goes on after a restart with the same machines, registered anew', async () => {
    const before = await startWorld(20);
    const { arn, port } = await createBalancer(before, 10);
    await createGroup(before, 2, { TargetGroupARNs: [arn] });
    await eventually(async () => Object.values(await healthOf(before, arn)).join() === 'healthy,healthy');
    const ids = await instancesOf(before);
    const after = await before.restart();
    expect(await instancesOf(after)).toEqual(ids);
    await eventually(async () => Object.values(await healthOf(after, arn)).join() === 'healthy,healthy');
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(after.ec2.launches).toBe(2);
  });
});
