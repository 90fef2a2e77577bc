import { afterEach, expect, test } from '@jest/globals';
import {
  NAME,
  cleanUpWorlds,
  createGroup,
  describeGroup,
  startWorld,
  untilInService,
} from '#test/unit/localcloud/services/autoscaling/world';
import type { World } from '#test/unit/localcloud/services/autoscaling/world';

afterEach(cleanUpWorlds);

const put = async (world: World, plan: object): Promise<void> => {
  const { protocol, hostname, port } = await world.asg.config.endpoint!();
  const url = `${protocol}//${hostname}:${port}/_local/faults`;
  expect((await fetch(url, { method: 'PUT', body: JSON.stringify(plan) })).status).toBe(200);
};

test('Y08 a zone that runs out of capacity half-way gives LaunchInstances some, and says why not all', async () => {
  const world = await startWorld(20);
  await createGroup(world, 1);
  await untilInService(world, 1);
  const capacity = { service: 'ec2', action: 'RunInstances', do: { capacity: '*' } };
  await put(world, { rules: [{ ...capacity, every: 2 }] });
  const { Instances, Errors } = await world.asg.launchInstances({
    AutoScalingGroupName: NAME,
    RequestedCapacity: 4,
    AvailabilityZones: ['eu-central-1b'],
    ClientToken: 'half',
    RetryStrategy: 'none',
  });
  expect(Instances?.[0]?.InstanceIds).toHaveLength(2);
  expect(Errors).toMatchObject([{ ErrorCode: 'InsufficientInstanceCapacity' }]);
  expect((await describeGroup(world))?.DesiredCapacity).toBe(3);
});
