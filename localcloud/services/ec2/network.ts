import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
} from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import { invalidParameter, notFound } from './errors.ts';
import { applyFilters } from './filters.ts';
import { tagList, tagsOf } from './tags.ts';

/** A subnet of the default VPC: one per zone, a /20 each as EC2 lays them out. */
export interface SubnetFacts {
  readonly subnetId: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly cidr: string;
  /** Third octet of the first address. */
  readonly firstOctet: number;
}

/** The default VPC, 172.31.0.0/16; there is no other. */
export const VPC_ID = 'vpc-00000000000000001';

/** The subnets of the default VPC in zones a, b and c. */
export const subnetsOf = (region: string): readonly SubnetFacts[] =>
  ['a', 'b', 'c'].map((letter, index) => ({
    subnetId: `subnet-0000000000000000${letter}`,
    zone: `${region}${letter}`,
    zoneId: `${region}-az${index + 1}`,
    cidr: `172.31.${index * 16}.0/20`,
    firstOctet: index * 16,
  }));

/** The first free private address of a subnet; the first four of each are EC2's. */
export const freeAddress = (subnet: SubnetFacts, taken: ReadonlySet<string>): string => {
  for (let host = 4; host < 4095; host++) {
    const address = `172.31.${subnet.firstOctet + (host >> 8)}.${host & 255}`;
    if (!taken.has(address)) return address;
  }
  throw invalidParameter(`There are not enough free addresses in subnet '${subnet.subnetId}'`);
};

/** The name that EC2 gives to a private address. */
export const privateDnsName = (region: string, address: string): string =>
  `ip-${address.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`;

/** Describes the default VPC. */
export const describeVpcs = (input: DescribeVpcsRequest, state: Ec2State): DescribeVpcsResult => {
  const unknown = input.VpcIds?.find((id) => id !== VPC_ID);
  if (unknown !== undefined) throw notFound('InvalidVpcID', 'vpc ID', unknown);
  const vpcs = applyFilters(
    [VPC_ID],
    input.Filters,
    {
      'vpc-id': (id) => [id],
      'is-default': () => ['true'],
      isDefault: () => ['true'],
      state: () => ['available'],
      cidr: () => ['172.31.0.0/16'],
      'cidr-block-association.cidr-block': () => ['172.31.0.0/16'],
      'owner-id': () => [state.context.accountId],
    },
    (id) => tagsOf(state, id),
  );
  return {
    Vpcs: vpcs.map((id) => ({
      VpcId: id,
      CidrBlock: '172.31.0.0/16',
      CidrBlockAssociationSet: [
        {
          AssociationId: 'vpc-cidr-assoc-00000000000000001',
          CidrBlock: '172.31.0.0/16',
          CidrBlockState: { State: 'associated' },
        },
      ],
      DhcpOptionsId: 'dopt-00000000000000001',
      InstanceTenancy: 'default',
      IsDefault: true,
      OwnerId: state.context.accountId,
      State: 'available',
      Tags: tagList(tagsOf(state, id)),
    })),
  };
};

/** Describes the three subnets. */
export const describeSubnets = (input: DescribeSubnetsRequest, state: Ec2State): DescribeSubnetsResult => {
  const { region, accountId } = state.context;
  const all = subnetsOf(region);
  const unknown = input.SubnetIds?.find((id) => !all.some(({ subnetId }) => subnetId === id));
  if (unknown !== undefined) throw notFound('InvalidSubnetID', 'subnet ID', unknown);
  const named = all.filter(({ subnetId }) => input.SubnetIds?.includes(subnetId) ?? true);
  const used = state.instances.list().filter(({ state: name }) => name !== 'terminated');
  const subnets = applyFilters(
    named,
    input.Filters,
    {
      'subnet-id': ({ subnetId }) => [subnetId],
      'vpc-id': () => [VPC_ID],
      'availability-zone': ({ zone }) => [zone],
      availabilityZone: ({ zone }) => [zone],
      'availability-zone-id': ({ zoneId }) => [zoneId],
      'default-for-az': () => ['true'],
      defaultForAz: () => ['true'],
      'cidr-block': ({ cidr }) => [cidr],
      'map-public-ip-on-launch': () => ['true'],
      state: () => ['available'],
      'owner-id': () => [accountId],
    },
    ({ subnetId }) => tagsOf(state, subnetId),
  );
  return {
    Subnets: subnets.map(({ subnetId, zone, zoneId, cidr }) => ({
      SubnetId: subnetId,
      SubnetArn: `arn:aws:ec2:${region}:${accountId}:subnet/${subnetId}`,
      VpcId: VPC_ID,
      AvailabilityZone: zone,
      AvailabilityZoneId: zoneId,
      CidrBlock: cidr,
      AvailableIpAddressCount: 4091 - used.filter((instance) => instance.subnetId === subnetId).length,
      DefaultForAz: true,
      MapPublicIpOnLaunch: true,
      AssignIpv6AddressOnCreation: false,
      OwnerId: accountId,
      State: 'available',
      Tags: tagList(tagsOf(state, subnetId)),
    })),
  };
};

/** Describes the zones a, b and c of the region. */
export const describeAvailabilityZones = (
  input: DescribeAvailabilityZonesRequest,
  state: Ec2State,
): DescribeAvailabilityZonesResult => {
  const { region } = state.context;
  const all = subnetsOf(region);
  const unknown = input.ZoneNames?.find((name) => !all.some(({ zone }) => zone === name));
  if (unknown !== undefined) throw invalidParameter(`Invalid availability zone: [${unknown}]`);
  const zones = applyFilters(
    all.filter(
      ({ zone, zoneId }) =>
        (input.ZoneNames?.includes(zone) ?? true) && (input.ZoneIds?.includes(zoneId) ?? true),
    ),
    input.Filters,
    {
      'zone-name': ({ zone }) => [zone],
      'zone-id': ({ zoneId }) => [zoneId],
      'region-name': () => [region],
      'zone-type': () => ['availability-zone'],
      'opt-in-status': () => ['opt-in-not-required'],
      'group-name': () => [region],
      state: () => ['available'],
    },
    () => ({}),
  );
  return {
    AvailabilityZones: zones.map(({ zone, zoneId }) => ({
      ZoneName: zone,
      ZoneId: zoneId,
      ZoneType: 'availability-zone',
      RegionName: region,
      GroupName: region,
      NetworkBorderGroup: region,
      OptInStatus: 'opt-in-not-required',
      State: 'available',
      Messages: [],
    })),
  };
};
