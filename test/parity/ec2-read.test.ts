import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEc2World } from '#test/helpers/ec2-world';
import type { Ec2World } from '#test/helpers/ec2-world';

let world: Ec2World;

beforeEach(async () => {
  world = await startEc2World();
});

afterEach(() => world.stop());

describe('what can be read (from-docs)', () => {
  test('the console, base64', async () => {
    const id = await world.launch();
    await world.untilState(id, 'running');
    world.hypervisor.machine(id).write('kernel up\n');
    const { Output } = await world.ec2.getConsoleOutput({ InstanceId: id, Latest: true });
    expect(Buffer.from(Output ?? '', 'base64').toString()).toBe('kernel up\n');
  });

  test('the guest’s own metadata, tags only where the instance allows it', async () => {
    const TagSpecifications = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'app', Value: 'hello' }] }];
    const ImageId = await world.anImage();
    const silent = await world.launch({ ImageId, TagSpecifications });
    const open = await world.launch({
      ImageId,
      TagSpecifications,
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
    });
    await world.untilState(open, 'running');
    await world.untilState(silent, 'running');
    const read = async (id: string, path: string): Promise<string> => {
      const { status, body } = await world.hypervisor.machine(id).metadata(`/latest/${path}`);
      return status === 200 ? body.toString() : String(status);
    };
    expect(await read(open, 'meta-data/instance-id')).toBe(open);
    expect(await read(open, 'meta-data/ami-id')).toBe(ImageId);
    expect(await read(open, 'meta-data/tags/instance/app')).toBe('hello');
    expect(await read(silent, 'meta-data/tags/instance/app')).toBe('404');
    expect(await read(silent, 'user-data')).toBe('404');
  });

  // EC2 user guide, "View tags for your EC2 instances using instance metadata": updated while the instance runs.
  test('a tag that changes while the guest runs changes in its metadata', async () => {
    const id = await world.launch({ MetadataOptions: { InstanceMetadataTags: 'enabled' } });
    await world.untilState(id, 'running');
    const keep = async (): Promise<string> => {
      const path = '/latest/meta-data/tags/instance/kiln:keep';
      const { status, body } = await world.hypervisor.machine(id).metadata(path);
      return status === 200 ? body.toString() : String(status);
    };
    expect(await keep()).toBe('404');
    for (const Value of ['6600', '7800']) {
      await world.ec2.createTags({ Resources: [id], Tags: [{ Key: 'kiln:keep', Value }] });
      expect(await keep()).toBe(Value);
    }
    await world.ec2.deleteTags({ Resources: [id], Tags: [{ Key: 'kiln:keep' }] });
    expect(await keep()).toBe('404');
  });

  test('filters: tags, states and wildcards; an unknown filter is refused', async () => {
    const ImageId = await world.anImage();
    const id = await world.launch({
      ImageId,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'app', Value: 'hello' }] }],
    });
    await world.launch({ ImageId });
    const find = async (Name: string, ...Values: string[]): Promise<(string | undefined)[]> => {
      const { Reservations = [] } = await world.ec2.describeInstances({ Filters: [{ Name, Values }] });
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
    };
    expect(await find('tag:app', 'hel*')).toEqual([id]);
    expect(await find('tag-key', 'app')).toEqual([id]);
    expect(await find('instance-state-name', 'terminated')).toEqual([]);
    expect(await find('image-id', ImageId)).toHaveLength(2);
    await expect(find('colour', 'red')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('pages of instances, each instance once', async () => {
    const ImageId = await world.anImage();
    const ids = [
      await world.launch({ ImageId }),
      await world.launch({ ImageId }),
      await world.launch({ ImageId }),
    ];
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const answer = await world.ec2.describeInstances({ MaxResults: 2, NextToken });
      seen.push(
        ...(answer.Reservations ?? []).flatMap(({ Instances = [] }) =>
          Instances.map(({ InstanceId }) => InstanceId),
        ),
      );
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  test('a page that begins where an instance has been forgotten goes on with the next', async () => {
    const ImageId = await world.anImage();
    const ids = [await world.launch({ ImageId }), await world.launch({ ImageId })].toSorted();
    const { NextToken } = await world.ec2.describeInstances({ MaxResults: 1 });
    world.cloud.cloud.context.store.collection('ec2.instances').delete(ids[1] ?? '');
    const answer = await world.ec2.describeInstances({ MaxResults: 1, NextToken });
    expect(answer.Reservations).toEqual([]);
    expect(answer.NextToken).toBeUndefined();
  });

  test.each([
    ['more than a page can have', { MaxResults: 1001 }, 'InvalidParameterValue'],
    [
      'pages of named instances',
      { MaxResults: 5, InstanceIds: ['i-0123456789abcdef0'] },
      'InvalidParameterCombination',
    ],
    ['a token of nobody', { NextToken: 'nonsense' }, 'InvalidParameterValue'],
  ])('refuses %s', async (_, input, name) => {
    await expect(world.ec2.describeInstances(input)).rejects.toMatchObject({ name });
  });

  test('an instance that never was, by its id', async () => {
    await expect(world.describeOne('i-0123456789abcdef0')).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-0123456789abcdef0' does not exist",
    });
    await expect(world.describeOne('nonsense')).rejects.toMatchObject({
      name: 'InvalidInstanceID.Malformed',
    });
  });

  test('the default VPC with three subnets in three zones', async () => {
    const { Vpcs } = await world.ec2.describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
    const { Subnets } = await world.ec2.describeSubnets({});
    const { AvailabilityZones } = await world.ec2.describeAvailabilityZones({});
    expect(Vpcs?.[0]?.CidrBlock).toBe('172.31.0.0/16');
    expect(Subnets?.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
      'eu-central-1a',
      'eu-central-1b',
      'eu-central-1c',
    ]);
    expect(AvailabilityZones).toHaveLength(3);
  });

  test('security groups and their rules, as recorded', async () => {
    const { GroupId } = await world.ec2.createSecurityGroup({ GroupName: 'web', Description: 'web' });
    const rule = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await world.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [rule] });
    await expect(
      world.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [rule] }),
    ).rejects.toMatchObject({
      name: 'InvalidPermission.Duplicate',
    });
    const { SecurityGroups } = await world.ec2.describeSecurityGroups({ GroupIds: [GroupId ?? ''] });
    expect(SecurityGroups?.[0]?.IpPermissions).toMatchObject([rule]);
    await world.ec2.deleteSecurityGroup({ GroupId });
  });

  test('launch template versions: the source’s data, $Latest and $Default', async () => {
    const { LaunchTemplate } = await world.ec2.createLaunchTemplate({
      LaunchTemplateName: 'hello',
      LaunchTemplateData: { InstanceType: 't3.nano', KeyName: 'k' },
    });
    const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId;
    await world.ec2.createLaunchTemplateVersion({
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.micro' },
    });
    const { LaunchTemplateVersions } = await world.ec2.describeLaunchTemplateVersions({
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
    await expect(world.launch({ DryRun: true })).rejects.toMatchObject({ name: 'DryRunOperation' });
    expect(world.hypervisor.machines).toHaveLength(0);
  });
});
