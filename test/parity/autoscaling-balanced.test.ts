import { afterEach, describe, expect, test } from '@jest/globals';
import { openAutoScalingRecords } from '#localcloud/services/autoscaling/records';
import { openStore } from '#localcloud/store';
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

  test('with a maintenance policy of 100 % at least, launches the replacement of an unhealthy machine first', async () => {
    const world = await startWorld(20);
    let broken = '';
    world.ec2.serve = (id) => (_, response) => {
      response.statusCode = id === broken ? 500 : 200;
      response.end(id);
    };
    const { arn } = await createBalancer(world, 0);
    await createGroup(world, 2, {
      TargetGroupARNs: [arn],
      HealthCheckType: 'ELB',
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
    });
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy,healthy');
    const release = Promise.withResolvers<void>();
    world.ec2.hold = release.promise;
    [broken = ''] = await instancesOf(world);
    await eventually(() => world.ec2.launches === 3);
    const group = await describeGroup(world);
    expect(group?.Instances?.find(({ InstanceId }) => InstanceId === broken)).toMatchObject({
      LifecycleState: 'InService',
      HealthStatus: 'Unhealthy',
    });
    // A target that recovers meanwhile changes nothing.
    const victim = broken;
    broken = '';
    await eventually(async () => (await healthOf(world, arn))[victim] === 'healthy');
    release.resolve();
    await eventually(() => world.ec2.machines.get(victim)?.state === 'terminated');
    await eventually(async () => Object.values(await healthOf(world, arn)).join() === 'healthy,healthy');
    expect([world.ec2.launches, group?.DesiredCapacity]).toEqual([3, 2]);
    const { Activities = [] } = await world.asg.describeScalingActivities({ AutoScalingGroupName: NAME });
    const ended = Activities.find(({ Description }) => Description === `Terminating EC2 instance: ${victim}`);
    expect(ended?.Cause).toMatch(/in response to an ELB system health check failure\.$/u);
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

  test('adopts the machine of a launch that a crash cut off', async () => {
    const before = await startWorld();
    await createGroup(before, 1);
    await untilInService(before, 1);
    const ids = await instancesOf(before);
    const after = await before.restart((stateDir) => {
      const store = openStore(stateDir);
      const records = openAutoScalingRecords(store);
      for (const { id: _, ...instance } of records.instances())
        records.putInstance({ ...instance, state: 'Pending' });
      store.close();
    });
    await untilInService(after, 1);
    expect(await instancesOf(after)).toEqual(ids);
    expect(after.ec2.launches).toBe(1);
  });

  test('is replaced by another under load without a failed request', async () => {
    const world = await startWorld(20);
    world.ec2.serve = (id) => (incoming, response) => {
      setTimeout(() => response.end(id), incoming.url === '/slow' ? 200 : 1);
    };
    const blue = await createBalancer(world, 20);
    await createGroup(world, 2, { TargetGroupARNs: [blue.arn] });
    await eventually(async () => Object.values(await healthOf(world, blue.arn)).join() === 'healthy,healthy');
    const failures: string[] = [];
    let served = 0;
    const ended = new AbortController();
    const clients = Array.from({ length: 8 }, async (_, client) => {
      while (!ended.signal.aborted) {
        try {
          const response = await fetch(`http://127.0.0.1:${blue.port}/${client === 0 ? 'slow' : 'fast'}`);
          await response.text();
          if (response.status !== 200) failures.push(String(response.status));
        } catch (error) {
          failures.push(String(error));
        }
        served += 1;
      }
    });
    const { TargetGroups } = await world.elb.createTargetGroup({
      Name: 'green',
      Protocol: 'HTTP',
      Port: 8080,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
    });
    const green = TargetGroups?.[0]?.TargetGroupArn ?? '';
    const shift = (weight: number): Promise<unknown> =>
      world.elb.modifyListener({
        ListenerArn: blue.listenerArn,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: blue.arn, Weight: 100 - weight },
                { TargetGroupArn: green, Weight: weight },
              ],
            },
          },
        ],
      });
    await shift(0);
    await createGroup(world, 2, { AutoScalingGroupName: 'hello-next', TargetGroupARNs: [green] });
    await eventually(async () => Object.values(await healthOf(world, green)).join() === 'healthy,healthy');
    for (const weight of [10, 50, 100]) {
      const before = served;
      await shift(weight);
      await eventually(() => served > before + 100);
    }
    await world.asg.deleteAutoScalingGroup({ AutoScalingGroupName: NAME, ForceDelete: true });
    await eventually(async () => (await describeGroup(world)) === undefined);
    ended.abort();
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(served).toBeGreaterThan(300);
    expect(alive(world)).toBe(2);
  });
});
