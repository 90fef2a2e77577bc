import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EBS } from '@aws-sdk/client-ebs';
import { EC2 } from '@aws-sdk/client-ec2';
import type { Instance, RegisterImageCommandInput, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { createEbs } from '#localcloud/services/ebs/index';
import { createEc2 } from '#localcloud/services/ec2/index';
import { hastyClock } from '#test/helpers/hasty-clock';
import { createFakeHypervisor } from '#test/helpers/fake-hypervisor';
import type { FakeHypervisor, FakeHypervisorOptions } from '#test/helpers/fake-hypervisor';
import { poll } from '#test/helpers/poll';
import { aBlock, aSnapshot, BLOCK_BYTES } from '#test/helpers/snapshots';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { TestCloud } from '#test/helpers/start-test-cloud';

let stateDir: string;
let cloud: TestCloud;
let hypervisor: FakeHypervisor;
let ebs: EBS;
let ec2: EC2;

const start = async (options: FakeHypervisorOptions = {}): Promise<void> => {
  hypervisor = createFakeHypervisor(options);
  cloud = await startTestCloud({
    stateDir,
    services: [createEbs, (context) => createEc2(context, { hypervisor })],
    clock: hastyClock,
    log: () => undefined,
  });
  ebs = new EBS(cloud.clientConfig);
  ec2 = new EC2(cloud.clientConfig);
};

const restart = async (options: FakeHypervisorOptions = {}): Promise<void> => {
  await cloud.stop();
  await start(options);
};

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'ec2-'));
  await start();
});

afterEach(async () => {
  await cloud.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const byteAt = (path: string, offset: number): number => {
  const file = openSync(path, 'r');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, offset);
  closeSync(file);
  return byte.readUInt8(0);
};

const imageInput = (snapshotId: string): RegisterImageCommandInput => ({
  Name: 'hello-1.0.0',
  Architecture: 'x86_64',
  VirtualizationType: 'hvm',
  EnaSupport: true,
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }],
});

const anImage = async (more: Partial<RegisterImageCommandInput> = {}): Promise<string> => {
  const { ImageId: id = '' } = await ec2.registerImage({ ...imageInput(await aSnapshot(ebs)), ...more });
  await poll(
    async () => {
      const { Images } = await ec2.describeImages({ ImageIds: [id] });
      return Images?.[0]?.State === 'available' ? true : undefined;
    },
    5000,
    () => `image ${id} is not available`,
  );
  return id;
};

const describeOne = async (id: string): Promise<Instance> => {
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
  const instance = Reservations?.[0]?.Instances?.[0];
  if (instance === undefined) throw new Error(`no instance ${id}`);
  return instance;
};

const untilState = (id: string, name: string): Promise<Instance> =>
  poll(
    async () => {
      const instance = await describeOne(id);
      return instance.State?.Name === name ? instance : undefined;
    },
    5000,
    () => `instance ${id} did not become ${name}`,
  );

const launch = async (more: Partial<RunInstancesCommandInput> = {}): Promise<string> => {
  const ImageId = more.ImageId ?? (more.LaunchTemplate === undefined ? await anImage() : undefined);
  const { Instances } = await ec2.runInstances({
    InstanceType: 't3.nano',
    MinCount: 1,
    MaxCount: 1,
    ...more,
    ImageId,
  });
  return Instances?.[0]?.InstanceId ?? '';
};

describe('images (from-docs)', () => {
  test('an image is pending before it is available', async () => {
    const { ImageId = '' } = await ec2.registerImage(imageInput(await aSnapshot(ebs)));
    const { Images } = await ec2.describeImages({ ImageIds: [ImageId] });
    expect(Images?.[0]).toMatchObject({ State: 'pending', Name: 'hello-1.0.0', RootDeviceType: 'ebs' });
  });

  test('a name is used once, and must be in the grammar', async () => {
    const id = await anImage();
    await expect(ec2.registerImage(imageInput(await aSnapshot(ebs)))).rejects.toMatchObject({
      name: 'InvalidAMIName.Duplicate',
      message: `AMI name hello-1.0.0 is already in use by AMI ${id}`,
    });
    await expect(anImage({ Name: 'a:b' })).rejects.toMatchObject({ name: 'InvalidAMIName.Malformed' });
  });

  test('AWS’s defaults for virtualization and architecture register and do not launch', async () => {
    const snapshotId = await aSnapshot(ebs);
    const { ImageId: id = '' } = await ec2.registerImage({
      Name: 'defaults',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }],
    });
    await poll(
      async () =>
        (await ec2.describeImages({ ImageIds: [id] })).Images?.[0]?.State === 'available' ? true : undefined,
      5000,
      () => 'not available',
    );
    const { Images } = await ec2.describeImages({ ImageIds: [id] });
    expect(Images?.[0]).toMatchObject({ VirtualizationType: 'paravirtual', Architecture: 'i386' });
    await expect(launch({ ImageId: id })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('a snapshot that is not completed cannot become an image', async () => {
    const { SnapshotId = '' } = await ebs.startSnapshot({ VolumeSize: 1 });
    await expect(ec2.registerImage(imageInput(SnapshotId))).rejects.toMatchObject({ name: 'IncorrectState' });
  });

  test('a snapshot in use by an image is deleted only after the image', async () => {
    const id = await anImage();
    const { Images } = await ec2.describeImages({ ImageIds: [id] });
    const SnapshotId = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
    await expect(ec2.deleteSnapshot({ SnapshotId })).rejects.toMatchObject({ name: 'InvalidSnapshot.InUse' });
    await ec2.deregisterImage({ ImageId: id });
    await ec2.deleteSnapshot({ SnapshotId });
    await expect(ec2.describeImages({ ImageIds: [id] })).rejects.toMatchObject({
      name: 'InvalidAMIID.NotFound',
    });
  });
});

describe('launching (from-docs)', () => {
  test('an instance is pending in the answer and running after', async () => {
    const { Instances } = await ec2.runInstances({
      ImageId: await anImage(),
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
    });
    expect(Instances?.[0]?.State).toEqual({ Code: 0, Name: 'pending' });
    const instance = await untilState(Instances?.[0]?.InstanceId ?? '', 'running');
    expect(instance).toMatchObject({ InstanceType: 't3.nano', Architecture: 'x86_64' });
    expect(instance.PrivateIpAddress).toMatch(/^172\.31\./);
  });

  test('the first instance of an image goes through the firmware, the others do not', async () => {
    const ImageId = await anImage({ BootMode: 'uefi-preferred' });
    const first = await launch({ ImageId });
    const second = await launch({ ImageId });
    await untilState(second, 'running');
    expect(hypervisor.machine(first).spec.firmware).toBe('bios');
    expect(hypervisor.machine(second).spec.firmware).toBe('direct');
  });

  test('boots the image’s own bytes, the parent snapshot’s included', async () => {
    const parent = await aSnapshot(ebs, { blocks: { 0: aBlock(1), 1: aBlock(2) } });
    const child = await aSnapshot(ebs, { parent, blocks: { 1: aBlock(3) } });
    const id = await launch({ ImageId: await anImage(imageInput(child)) });
    await untilState(id, 'running');
    const { diskPath } = hypervisor.machine(id).spec;
    const bytes = [0, BLOCK_BYTES, 2 * BLOCK_BYTES].map((offset) => byteAt(diskPath, offset));
    expect([statSync(diskPath).size, ...bytes]).toEqual([2 ** 30, 1, 3, 0]);
  });

  test('a machine that cannot be started is a failed launch', async () => {
    await restart({ failing: true });
    const id = await launch();
    const instance = await untilState(id, 'terminated');
    expect(instance.StateReason?.Code).toBe('Server.InternalError');
  });

  test('the same client token launches once, also at the same time', async () => {
    const input = {
      ImageId: await anImage(),
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'once',
    } as const;
    const [one, two] = await Promise.all([ec2.runInstances(input), ec2.runInstances(input)]);
    expect(two.Instances?.[0]?.InstanceId).toBe(one.Instances?.[0]?.InstanceId);
    await expect(ec2.runInstances({ ...input, MaxCount: 2 })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    });
  });

  test('a launch template’s data is used, and the request’s wins', async () => {
    const ImageId = await anImage();
    await ec2.createLaunchTemplate({
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
    const id = await launch({
      LaunchTemplate: { LaunchTemplateName: 'hello', Version: '$Latest' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'env', Value: 'prod' }] }],
    });
    const instance = await untilState(id, 'running');
    expect(instance).toMatchObject({ ImageId, InstanceType: 't3.nano' });
    expect(Object.fromEntries(instance.Tags?.map(({ Key, Value }) => [Key, Value]) ?? [])).toEqual({
      app: 'hello',
      env: 'prod',
    });
    expect((await hypervisor.machine(id).metadata('/latest/user-data')).body.toString()).toBe('A=1');
  });

  test('instances without a subnet spread over the zones', async () => {
    const ImageId = await anImage();
    const ids = [await launch({ ImageId }), await launch({ ImageId }), await launch({ ImageId })];
    const zones = await Promise.all(
      ids.map(async (id) => (await describeOne(id)).Placement?.AvailabilityZone),
    );
    expect(new Set(zones).size).toBe(3);
  });

  test('user data over 16 KiB, an unknown subnet and an unknown type are refused', async () => {
    const ImageId = await anImage();
    const tooLong = Buffer.alloc(16_385).toString('base64');
    await expect(launch({ ImageId, UserData: tooLong })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(launch({ ImageId, SubnetId: 'subnet-1' })).rejects.toMatchObject({
      name: 'InvalidSubnetID.NotFound',
    });
    await expect(launch({ ImageId, InstanceType: 'x9.large' as 't3.nano' })).rejects.toMatchObject({
      name: 'InvalidInstanceType',
    });
    expect(hypervisor.machines).toHaveLength(0);
  });
});

describe('ending (from-docs)', () => {
  test('termination presses the power button, and the instance stays listed', async () => {
    const id = await launch();
    await untilState(id, 'running');
    const { TerminatingInstances } = await ec2.terminateInstances({ InstanceIds: [id] });
    expect(TerminatingInstances?.[0]?.CurrentState).toEqual({ Code: 32, Name: 'shutting-down' });
    const instance = await untilState(id, 'terminated');
    expect(instance.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    expect(hypervisor.machine(id)).toMatchObject({ powerPresses: 1, gone: true });
    expect(await cloud.cloud.context.backplane.resolve(id, 80)).toBeUndefined();
  });

  test('termination right after the launch leaves no machine', async () => {
    const id = await launch();
    await ec2.terminateInstances({ InstanceIds: [id] });
    await untilState(id, 'terminated');
    expect(hypervisor.machines.every(({ gone }) => gone)).toBe(true);
  });

  test.each([
    ['terminate', 'terminated'],
    ['stop', 'stopped'],
  ] as const)('a guest that powers itself off is, with behaviour %s, %s', async (behaviour, state) => {
    const id = await launch({ InstanceInitiatedShutdownBehavior: behaviour });
    await untilState(id, 'running');
    hypervisor.machine(id).powerOff();
    const instance = await untilState(id, state);
    expect(instance.StateReason?.Code).toBe('Client.InstanceInitiatedShutdown');
  });

  test('a machine that dies is terminated with an internal error', async () => {
    const id = await launch();
    await untilState(id, 'running');
    hypervisor.machine(id).crash();
    expect((await untilState(id, 'terminated')).StateReason?.Code).toBe('Server.InternalError');
  });

  test('a stopped instance starts again on the same disk', async () => {
    const id = await launch();
    await untilState(id, 'running');
    await ec2.stopInstances({ InstanceIds: [id] });
    await untilState(id, 'stopped');
    await ec2.startInstances({ InstanceIds: [id] });
    await untilState(id, 'running');
    const [before, after] = hypervisor.machines.filter(({ spec }) => spec.id === id);
    expect(after?.spec.dir).toBe(before?.spec.dir);
    expect(after?.spec.firmware).toBe('direct');
  });

  test('a reboot keeps the instance running on a new machine', async () => {
    const id = await launch();
    await untilState(id, 'running');
    await ec2.rebootInstances({ InstanceIds: [id] });
    await poll(
      () => hypervisor.machines[1],
      5000,
      () => 'no second machine',
    );
    expect((await describeOne(id)).State?.Name).toBe('running');
  });

  test('termination protection holds until it is taken away', async () => {
    const id = await launch({ DisableApiTermination: true });
    await expect(ec2.terminateInstances({ InstanceIds: [id] })).rejects.toMatchObject({
      name: 'OperationNotPermitted',
    });
    await ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: false } });
    await ec2.terminateInstances({ InstanceIds: [id] });
    await untilState(id, 'terminated');
  });
});

describe('the life of the cloud (from-docs)', () => {
  test('a restart brings running machines back under their ids, on their disks', async () => {
    const id = await launch();
    await untilState(id, 'running');
    const { dir } = hypervisor.machine(id).spec;
    await restart();
    await poll(
      () => hypervisor.machines[0],
      5000,
      () => 'no machine',
    );
    expect(hypervisor.machine(id).spec).toMatchObject({ id, dir, firmware: 'direct' });
    expect((await describeOne(id)).State?.Name).toBe('running');
  });

  test('a restart does not bring back what was terminated', async () => {
    const id = await launch();
    await ec2.terminateInstances({ InstanceIds: [id] });
    await untilState(id, 'terminated');
    await restart();
    expect((await describeOne(id)).State?.Name).toBe('terminated');
    expect(hypervisor.machines).toHaveLength(0);
  });

  test('an instance outlives its image and snapshot, a restart included', async () => {
    const ImageId = await anImage();
    const id = await launch({ ImageId });
    await untilState(id, 'running');
    await ec2.deregisterImage({ ImageId, DeleteAssociatedSnapshots: true });
    await restart();
    await poll(
      () => hypervisor.machines[0],
      5000,
      () => 'no machine',
    );
    expect(byteAt(hypervisor.machine(id).spec.diskPath, 0)).toBe(1);
  });

  test('a machine is reachable once its guest has an address, and is `ok` from then on', async () => {
    await restart({ offline: true, port: (_, guestPort) => guestPort + 10_000 });
    const id = await launch();
    await untilState(id, 'running');
    const { backplane } = cloud.cloud.context;
    const status = async (): Promise<string | undefined> =>
      (await ec2.describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0]?.InstanceStatus?.Status;
    expect([await backplane.resolve(id, 8080), await status()]).toEqual([undefined, 'initializing']);
    hypervisor.machine(id).joinNetwork();
    const address = await poll(
      () => backplane.resolve(id, 8080),
      5000,
      () => 'no address',
    );
    expect(address).toEqual({ host: '127.0.0.1', port: 18_080 });
    expect(await status()).toBe('ok');
  });
});

describe('what can be read (from-docs)', () => {
  test('the console, base64', async () => {
    const id = await launch();
    await untilState(id, 'running');
    hypervisor.machine(id).write('kernel up\n');
    const { Output } = await ec2.getConsoleOutput({ InstanceId: id, Latest: true });
    expect(Buffer.from(Output ?? '', 'base64').toString()).toBe('kernel up\n');
  });

  test('the guest’s own metadata, tags only where the instance allows it', async () => {
    const TagSpecifications = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'app', Value: 'hello' }] }];
    const ImageId = await anImage();
    const silent = await launch({ ImageId, TagSpecifications });
    const open = await launch({
      ImageId,
      TagSpecifications,
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
    });
    await untilState(open, 'running');
    await untilState(silent, 'running');
    const read = async (id: string, path: string): Promise<string> => {
      const { status, body } = await hypervisor.machine(id).metadata(`/latest/${path}`);
      return status === 200 ? body.toString() : String(status);
    };
    expect(await read(open, 'meta-data/instance-id')).toBe(open);
    expect(await read(open, 'meta-data/ami-id')).toBe(ImageId);
    expect(await read(open, 'meta-data/tags/instance/app')).toBe('hello');
    expect(await read(silent, 'meta-data/tags/instance/app')).toBe('404');
    expect(await read(silent, 'user-data')).toBe('404');
  });

  test('filters: tags, states and wildcards; an unknown filter is refused', async () => {
    const ImageId = await anImage();
    const id = await launch({
      ImageId,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'app', Value: 'hello' }] }],
    });
    await launch({ ImageId });
    const find = async (Name: string, ...Values: string[]): Promise<(string | undefined)[]> => {
      const { Reservations = [] } = await ec2.describeInstances({ Filters: [{ Name, Values }] });
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
    };
    expect(await find('tag:app', 'hel*')).toEqual([id]);
    expect(await find('tag-key', 'app')).toEqual([id]);
    expect(await find('instance-state-name', 'terminated')).toEqual([]);
    expect(await find('image-id', ImageId)).toHaveLength(2);
    await expect(find('colour', 'red')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('pages of instances, each instance once', async () => {
    const ImageId = await anImage();
    const ids = [await launch({ ImageId }), await launch({ ImageId }), await launch({ ImageId })];
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const answer = await ec2.describeInstances({ MaxResults: 2, NextToken });
      seen.push(
        ...(answer.Reservations ?? []).flatMap(({ Instances = [] }) =>
          Instances.map(({ InstanceId }) => InstanceId),
        ),
      );
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  test('an instance that never was, by its id', async () => {
    await expect(describeOne('i-0123456789abcdef0')).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-0123456789abcdef0' does not exist",
    });
    await expect(describeOne('nonsense')).rejects.toMatchObject({ name: 'InvalidInstanceID.Malformed' });
  });

  test('the default VPC with three subnets in three zones', async () => {
    const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
    const { Subnets } = await ec2.describeSubnets({});
    const { AvailabilityZones } = await ec2.describeAvailabilityZones({});
    expect(Vpcs?.[0]?.CidrBlock).toBe('172.31.0.0/16');
    expect(Subnets?.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
      'eu-central-1a',
      'eu-central-1b',
      'eu-central-1c',
    ]);
    expect(AvailabilityZones).toHaveLength(3);
  });

  test('security groups and their rules, as recorded', async () => {
    const { GroupId } = await ec2.createSecurityGroup({ GroupName: 'web', Description: 'web' });
    const rule = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [rule] });
    await expect(ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [rule] })).rejects.toMatchObject(
      {
        name: 'InvalidPermission.Duplicate',
      },
    );
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [GroupId ?? ''] });
    expect(SecurityGroups?.[0]?.IpPermissions).toMatchObject([rule]);
    await ec2.deleteSecurityGroup({ GroupId });
  });

  test('launch template versions: the source’s data, $Latest and $Default', async () => {
    const { LaunchTemplate } = await ec2.createLaunchTemplate({
      LaunchTemplateName: 'hello',
      LaunchTemplateData: { InstanceType: 't3.nano', KeyName: 'k' },
    });
    const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId;
    await ec2.createLaunchTemplateVersion({
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.micro' },
    });
    const { LaunchTemplateVersions } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateId,
      Versions: ['$Latest', '$Default'],
    });
    expect(LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber)).toEqual([2, 1]);
    expect(LaunchTemplateVersions?.[0]?.LaunchTemplateData).toMatchObject({
      InstanceType: 't3.micro',
      KeyName: 'k',
    });
  });

  test('DryRun answers without doing', async () => {
    await expect(launch({ DryRun: true })).rejects.toMatchObject({ name: 'DryRunOperation' });
    expect(hypervisor.machines).toHaveLength(0);
  });
});
