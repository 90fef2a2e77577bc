import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { EC2 } from '@aws-sdk/client-ec2';
import type { CallFault, CallRule } from '#localcloud/faults/fault-plan';
import type { Ec2World } from '#test/helpers/ec2-world';
import { startEc2World } from '#test/helpers/ec2-world';
import { poll } from '#test/helpers/poll';

let world: Ec2World;
let imageId = '';

const strike = (action: string, fault: CallFault, more: Partial<CallRule> = {}): void =>
  world.cloud.cloud.faults.set({ rules: [{ service: 'ec2', action, do: fault, ...more }] });

const launch = (more: Partial<RunInstancesCommandInput> = {}, ec2 = world.ec2) =>
  ec2.runInstances({ ImageId: imageId, InstanceType: 't3.nano', MinCount: 1, MaxCount: 1, ...more });

const subnetOf = async (zone: string): Promise<string> => {
  const { Subnets = [] } = await world.ec2.describeSubnets({});
  return Subnets.find(({ AvailabilityZone }) => AvailabilityZone === zone)?.SubnetId ?? '';
};

beforeAll(async () => {
  world = await startEc2World();
  imageId = await world.anImage();
});

afterEach(() => world.cloud.cloud.faults.clear());

afterAll(() => world.stop());

test('a launch whose answer is lost is launched once when it is tried again with its client token', async () => {
  const ec2 = new EC2({ ...world.cloud.clientConfig, maxAttempts: 3 });
  strike('RunInstances', { dropAfter: true }, { nth: 1 });
  const { Instances = [], $metadata } = await launch({ ClientToken: 'lost-answer' }, ec2);
  expect($metadata.attempts).toBe(2);
  const Filters = [{ Name: 'client-token', Values: ['lost-answer'] }];
  const { Reservations = [] } = await ec2.describeInstances({ Filters });
  expect(Reservations.flatMap((each) => each.Instances ?? []).map(({ InstanceId }) => InstanceId)).toEqual([
    Instances[0]?.InstanceId,
  ]);
  ec2.destroy();
});

test('Y08 a zone without capacity refuses launches, and another zone takes them', async () => {
  const [a, b] = await Promise.all([subnetOf('eu-central-1a'), subnetOf('eu-central-1b')]);
  strike('RunInstances', { capacity: 'eu-central-1a' });
  await expect(launch({ SubnetId: a })).rejects.toMatchObject({
    name: 'InsufficientInstanceCapacity',
    $metadata: { httpStatusCode: 500 },
  });
  await expect(launch({ SubnetId: b })).resolves.toMatchObject({ Instances: [{ SubnetId: b }] });
});

test('R15 a launch of five gets three when three are enough for it, and none when they are not', async () => {
  strike('RunInstances', { partial: 3 });
  const { Instances } = await launch({ MinCount: 1, MaxCount: 5 });
  expect(Instances).toHaveLength(3);
  await expect(launch({ MinCount: 5, MaxCount: 5 })).rejects.toMatchObject({
    name: 'InsufficientInstanceCapacity',
  });
});

test('a new instance is hidden from lists, and unknown by its id, until its time has come', async () => {
  strike('RunInstances', { hideFor: 300 });
  const { Instances: [{ InstanceId: id = '' } = {}] = [] } = await launch();
  world.cloud.cloud.faults.clear();
  const InstanceIds = [id];
  await expect(world.ec2.describeInstances({ InstanceIds })).rejects.toMatchObject({
    name: 'InvalidInstanceID.NotFound',
  });
  const tagged = world.ec2.createTags({ Resources: InstanceIds, Tags: [{ Key: 'k', Value: 'v' }] });
  await expect(tagged).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  const shown = async (): Promise<readonly (string | undefined)[]> => {
    const { Reservations = [] } = await world.ec2.describeInstances({});
    expect(Reservations.every(({ Instances = [] }) => Instances.length > 0)).toBe(true);
    return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId }) => InstanceId);
  };
  expect(await shown()).not.toContain(id);
  const Filters = [{ Name: 'instance-id', Values: InstanceIds }];
  await expect(world.ec2.describeInstances({ Filters })).resolves.toMatchObject({ Reservations: [] });
  await poll(
    async () => ((await shown()).includes(id) ? true : undefined),
    5000,
    () => `${id} stays hidden`,
  );
  await world.describeOne(id);
});

test('E03 blocks of a new snapshot are refused as long as it is hidden, by no other code than AWS has', async () => {
  world.cloud.cloud.faults.set({
    rules: [{ service: 'ebs', action: 'StartSnapshot', do: { hideFor: 200 } }],
  });
  const { SnapshotId = '' } = await world.ebs.startSnapshot({ VolumeSize: 1, ClientToken: 'hidden' });
  const write = () =>
    world.ebs.putSnapshotBlock({
      SnapshotId,
      BlockIndex: 0,
      BlockData: Buffer.alloc(524_288, 1),
      DataLength: 524_288,
      Checksum: 'eglPPqjWpZOgR6PKy2jSkk1ii4AOmHENRJqlN6hUyOk=',
      ChecksumAlgorithm: 'SHA256',
    });
  await expect(write()).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    Reason: 'SNAPSHOT_NOT_FOUND',
  });
  await poll(
    () =>
      write().then(
        () => true,
        (error: Error) => (error.name === 'ResourceNotFoundException' ? undefined : true),
      ),
    5000,
    () => 'the snapshot stays hidden',
  );
});
