import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AutoScalingOptions } from '#localcloud/services/autoscaling/scope';
import { createAutoScaling } from '#localcloud/services/autoscaling/index';
import { createElasticLoadBalancing } from '#localcloud/services/elasticloadbalancing/index';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import { eventually, freePort } from './eventually.ts';
import { createFakeEc2, fakeSubnets } from './fake-ec2.ts';
import type { FakeEc2 } from './fake-ec2.ts';
import { createFastClock } from './fast-clock.ts';

const cleanUp: (() => Promise<void> | void)[] = [];

/** Ends everything that a test has started; for `afterEach`. */
export const cleanUpWorlds = async (): Promise<void> => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
};

/** The clients and the machines of a test. */
export interface World {
  readonly ec2: FakeEc2;
  readonly asg: AutoScaling;
  readonly elb: ElasticLoadBalancingV2;
  /** Stops the local cloud and starts another on the same state, after `meanwhile`. */
  readonly restart: (meanwhile?: (stateDir: string) => void) => Promise<World>;
}

/** Starts Auto Scaling and Elastic Load Balancing over fake machines, on a clock that runs `factor` times as fast. */
export const startWorld = async (
  factor = 1,
  ec2 = createFakeEc2(),
  stateDir = mkdtempSync(join(tmpdir(), 'autoscaling-')),
  options?: AutoScalingOptions,
): Promise<World> => {
  const testCloud = await startTestCloud({
    stateDir,
    clock: createFastClock(factor),
    services: [ec2.create, createElasticLoadBalancing, (context) => createAutoScaling(context, options)],
  });
  cleanUp.push(() => ec2.close());
  cleanUp.push(() => rmSync(stateDir, { recursive: true, force: true }));
  cleanUp.push(() => testCloud.stop());
  return {
    ec2,
    asg: new AutoScaling(testCloud.clientConfig),
    elb: new ElasticLoadBalancingV2(testCloud.clientConfig),
    restart: async (meanwhile) => {
      await testCloud.stop();
      meanwhile?.(stateDir);
      return startWorld(factor, ec2, stateDir, options);
    },
  };
};

/** The group and target group of the tests. */
export const NAME = 'hello-green';

/** Creates the group. */
export const createGroup = ({ asg }: World, desired: number, more: object = {}): Promise<unknown> =>
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

/** Reads the group back. */
export const describeGroup = async ({ asg }: World): Promise<AutoScalingGroup | undefined> =>
  (await asg.describeAutoScalingGroups({ AutoScalingGroupNames: [NAME] })).AutoScalingGroups?.[0];

/** Ids of the instances in a lifecycle state. */
export const instancesOf = async (world: World, state = 'InService'): Promise<string[]> =>
  ((await describeGroup(world))?.Instances ?? [])
    .filter(({ LifecycleState }) => LifecycleState === state)
    .map(({ InstanceId }) => InstanceId ?? '');

/** Waits until so many instances are in service. */
export const untilInService = (world: World, count: number): Promise<void> =>
  eventually(
    async () => (await instancesOf(world)).length === count,
    () => [...world.ec2.machines.values()].map(({ id, state }) => ({ id, state })),
  );

/** Number of machines that run. */
export const alive = (world: World): number =>
  [...world.ec2.machines.values()].filter(({ state }) => state === 'running').length;

/** Creates a target group with its balancer; answers the ARN and the port. */
export const createBalancer = async (
  world: World,
  delaySeconds = 60,
): Promise<{ arn: string; port: number; listenerArn: string }> => {
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
  const { Listeners } = await elb.createListener({
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: port,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  return { arn, port, listenerArn: Listeners?.[0]?.ListenerArn ?? '' };
};

/** State of every target by instance id. */
export const healthOf = async ({ elb }: World, arn: string): Promise<Record<string, string>> => {
  const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({ TargetGroupArn: arn });
  return Object.fromEntries(
    TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State]),
  );
};
