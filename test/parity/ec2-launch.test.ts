import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { byteAt, imageInput, startEc2World } from '#test/helpers/ec2-world';
import type { Ec2World } from '#test/helpers/ec2-world';
import { aBlock, aSnapshot, BLOCK_BYTES } from '#test/helpers/snapshots';

let world: Ec2World;

beforeEach(async () => {
  world = await startEc2World();
});

afterEach(() => world.stop());

describe('launching (from-docs)', () => {
  test('an instance is pending in the answer and running after', async () => {
    const { Instances } = await world.ec2.runInstances({
      ImageId: await world.anImage(),
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
    });
    expect(Instances?.[0]?.State).toEqual({ Code: 0, Name: 'pending' });
    const instance = await world.untilState(Instances?.[0]?.InstanceId ?? '', 'running');
    expect(instance).toMatchObject({ InstanceType: 't3.nano', Architecture: 'x86_64' });
    expect(instance.PrivateIpAddress).toMatch(/^172\.31\./);
  });

  test('the first instance of an image goes through the firmware, the others do not', async () => {
    const ImageId = await world.anImage({ BootMode: 'uefi-preferred' });
    const first = await world.launch({ ImageId });
    const second = await world.launch({ ImageId });
    await world.untilState(second, 'running');
    expect(world.hypervisor.machine(first).spec.firmware).toBe('bios');
    expect(world.hypervisor.machine(second).spec.firmware).toBe('direct');
  });

  test('boots the image’s own bytes, the parent snapshot’s included', async () => {
    const parent = await aSnapshot(world.ebs, { blocks: { 0: aBlock(1), 1: aBlock(2) } });
    const child = await aSnapshot(world.ebs, { parent, blocks: { 1: aBlock(3) } });
    const id = await world.launch({ ImageId: await world.anImage(imageInput(child)) });
    await world.untilState(id, 'running');
    const { diskPath } = world.hypervisor.machine(id).spec;
    const bytes = [0, BLOCK_BYTES, 2 * BLOCK_BYTES].map((offset) => byteAt(diskPath, offset));
    expect([statSync(diskPath).size, ...bytes]).toEqual([2 ** 30, 1, 3, 0]);
  });

  test('a machine that cannot be started is a failed launch', async () => {
    world = await world.restart({ failing: true });
    const id = await world.launch();
    const instance = await world.untilState(id, 'terminated');
    expect(instance.StateReason?.Code).toBe('Server.InternalError');
  });

  test('instances launched at the same time have addresses of their own', async () => {
    const ImageId = await world.anImage();
    const SubnetId = 'subnet-0000000000000000a';
    const ids = await Promise.all(Array.from({ length: 8 }, () => world.launch({ ImageId, SubnetId })));
    const instances = await Promise.all(ids.map((id) => world.describeOne(id)));
    expect(new Set(instances.map(({ PrivateIpAddress }) => PrivateIpAddress)).size).toBe(8);
  });

  test('the same client token launches once, also at the same time', async () => {
    const input = {
      ImageId: await world.anImage(),
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'once',
    } as const;
    const [one, two] = await Promise.all([world.ec2.runInstances(input), world.ec2.runInstances(input)]);
    expect(two.Instances?.[0]?.InstanceId).toBe(one.Instances?.[0]?.InstanceId);
    await expect(world.ec2.runInstances({ ...input, MaxCount: 2 })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    });
  });

  test('a launch template’s data is used, and the request’s wins', async () => {
    const ImageId = await world.anImage();
    await world.ec2.createLaunchTemplate({
      LaunchTemplateName: 'hello',
      LaunchTemplateData: {
        ImageId,
        InstanceType: 't3.micro',
        UserData: Buffer.from('A=1').toString('base64'),
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'app', Value: 'hello' },
              { Key: 'env', Value: 'dev' },
            ],
          },
        ],
      },
    });
    const id = await world.launch({
      LaunchTemplate: { LaunchTemplateName: 'hello', Version: '$Latest' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'env', Value: 'prod' }] }],
    });
    const instance = await world.untilState(id, 'running');
    expect(instance).toMatchObject({ ImageId, InstanceType: 't3.nano' });
    expect(Object.fromEntries(instance.Tags?.map(({ Key, Value }) => [Key, Value]) ?? [])).toEqual({
      app: 'hello',
      env: 'prod',
    });
    expect((await world.hypervisor.machine(id).metadata('/latest/user-data')).body.toString()).toBe('A=1');
  });

  test('instances without a subnet spread over the zones', async () => {
    const ImageId = await world.anImage();
    const ids = [
      await world.launch({ ImageId }),
      await world.launch({ ImageId }),
      await world.launch({ ImageId }),
    ];
    const zones = await Promise.all(
      ids.map(async (id) => (await world.describeOne(id)).Placement?.AvailabilityZone),
    );
    expect(new Set(zones).size).toBe(3);
  });

  test('user data over 16 KiB, an unknown subnet and an unknown type are refused', async () => {
    const ImageId = await world.anImage();
    const tooLong = Buffer.alloc(16_385).toString('base64');
    await expect(world.launch({ ImageId, UserData: tooLong })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(world.launch({ ImageId, SubnetId: 'subnet-1' })).rejects.toMatchObject({
      name: 'InvalidSubnetID.NotFound',
    });
    await expect(world.launch({ ImageId, InstanceType: 'x9.large' as 't3.nano' })).rejects.toMatchObject({
      name: 'InvalidInstanceType',
    });
    expect(world.hypervisor.machines).toHaveLength(0);
  });
});
