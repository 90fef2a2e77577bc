import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance,
  Reservation,
} from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import { instancesNotFound, invalidCombination, invalidParameter, malformedId } from './errors.ts';
import { applyFilters } from './filters.ts';
import type { FilterFields } from './filters.ts';
import { STATE_CODES } from './instance-state.ts';
import { findInstanceType } from './instance-types.ts';
import { privateDnsName, VPC_ID } from './network.ts';
import { pageOf } from './page.ts';
import type { InstanceRecord } from './records.ts';
import { tagList, tagsOf } from './tags.ts';

const groupsOf = (
  state: Ec2State,
  { securityGroupIds }: InstanceRecord,
): { GroupId: string; GroupName: string }[] =>
  securityGroupIds.map((GroupId) => ({
    GroupId,
    GroupName: state.securityGroups.get(GroupId)?.name ?? GroupId,
  }));

const networkOf = (state: Ec2State, record: InstanceRecord): Partial<Instance> => {
  // EC2 takes a terminated instance out of its subnet at once.
  if (record.state === 'terminated') return { NetworkInterfaces: [], PrivateDnsName: '', PublicDnsName: '' };
  const dnsName = privateDnsName(state.context.region, record.privateIp);
  return {
    PrivateIpAddress: record.privateIp,
    PrivateDnsName: dnsName,
    PublicDnsName: '',
    SubnetId: record.subnetId,
    VpcId: VPC_ID,
    SourceDestCheck: true,
    NetworkInterfaces: [
      {
        NetworkInterfaceId: record.networkInterfaceId,
        PrivateIpAddress: record.privateIp,
        PrivateDnsName: dnsName,
        SubnetId: record.subnetId,
        VpcId: VPC_ID,
        Status: 'in-use',
        OwnerId: state.context.accountId,
        Groups: groupsOf(state, record),
        Attachment: { DeviceIndex: 0, Status: 'attached', DeleteOnTermination: true },
      },
    ],
    SecurityGroups: groupsOf(state, record),
  };
};

/** An instance as EC2 describes it. */
export const toInstance = (state: Ec2State, record: InstanceRecord): Instance => ({
  InstanceId: record.instanceId,
  ImageId: record.imageId,
  InstanceType: findInstanceType(record.instanceType).name,
  State: { Code: STATE_CODES[record.state], Name: record.state },
  StateReason:
    record.stateReason === undefined
      ? undefined
      : { Code: record.stateReason.code, Message: record.stateReason.message },
  StateTransitionReason: record.stateTransitionReason,
  LaunchTime: new Date(record.launchedAt),
  AmiLaunchIndex: record.amiLaunchIndex,
  Placement: { AvailabilityZone: record.zone, Tenancy: 'default', GroupName: '' },
  Architecture: record.architecture as Instance['Architecture'],
  VirtualizationType: 'hvm',
  Hypervisor: 'xen',
  EnaSupport: true,
  EbsOptimized: false,
  BootMode: record.bootMode,
  CurrentInstanceBootMode: record.bootMode === 'uefi' ? 'uefi' : 'legacy-bios',
  RootDeviceName: record.rootDeviceName,
  RootDeviceType: 'ebs',
  BlockDeviceMappings:
    record.state === 'terminated'
      ? []
      : [
          {
            DeviceName: record.rootDeviceName,
            Ebs: {
              VolumeId: record.volumeId,
              Status: 'attached',
              AttachTime: new Date(record.launchedAt),
              DeleteOnTermination: true,
            },
          },
        ],
  ...networkOf(state, record),
  IamInstanceProfile:
    record.instanceProfile === undefined
      ? undefined
      : { Arn: record.instanceProfile.arn, Id: record.instanceProfile.id },
  MetadataOptions: {
    State: 'applied',
    HttpTokens: record.metadataOptions.httpTokens,
    HttpPutResponseHopLimit: record.metadataOptions.hopLimit,
    HttpEndpoint: record.metadataOptions.httpEndpoint,
    HttpProtocolIpv6: 'disabled',
    InstanceMetadataTags: record.metadataOptions.instanceMetadataTags,
  },
  Monitoring: { State: 'disabled' },
  ClientToken: record.clientToken ?? '',
  KeyName: record.keyName,
  ProductCodes: [],
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  Tags: tagList(tagsOf(state, record.instanceId)),
});

/** Instances grouped by the call that launched them. */
export const toReservations = (state: Ec2State, records: readonly InstanceRecord[]): Reservation[] =>
  [...Map.groupBy(records, ({ reservationId }) => reservationId)].map(([reservationId, group]) => ({
    ReservationId: reservationId,
    OwnerId: state.context.accountId,
    Groups: [],
    Instances: group
      .toSorted((a, b) => a.amiLaunchIndex - b.amiLaunchIndex)
      .map((record) => toInstance(state, record)),
  }));

/** The instances that are named, or EC2's error with all unknown ones. */
export const findInstances = (state: Ec2State, ids: readonly string[]): InstanceRecord[] => {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8,17}$/.test(id));
  if (malformed !== undefined) throw malformedId('InvalidInstanceID', malformed);
  const unknown = ids.filter((id) => state.instances.get(id) === undefined);
  if (unknown.length > 0) throw instancesNotFound(unknown);
  return ids.flatMap((id) => state.instances.get(id) ?? []);
};

/** What filters of instances look at. */
export const instanceFilterFields = (state: Ec2State): FilterFields<InstanceRecord> => ({
  'instance-id': ({ instanceId }) => [instanceId],
  'instance-state-name': (record) => [record.state],
  'instance-state-code': (record) => [String(STATE_CODES[record.state])],
  'instance-type': ({ instanceType }) => [instanceType],
  'image-id': ({ imageId }) => [imageId],
  'vpc-id': (record) => [record.state === 'terminated' ? undefined : VPC_ID],
  'subnet-id': (record) => [record.state === 'terminated' ? undefined : record.subnetId],
  'availability-zone': ({ zone }) => [zone],
  'private-ip-address': (record) => [record.state === 'terminated' ? undefined : record.privateIp],
  'private-dns-name': ({ privateIp }) => [privateDnsName(state.context.region, privateIp)],
  'reservation-id': ({ reservationId }) => [reservationId],
  'client-token': ({ clientToken }) => [clientToken],
  'key-name': ({ keyName }) => [keyName],
  architecture: ({ architecture }) => [architecture],
  'root-device-type': () => ['ebs'],
  'launch-time': ({ launchedAt }) => [new Date(launchedAt).toISOString()],
  'state-reason-code': ({ stateReason }) => [stateReason?.code],
  'instance.group-id': ({ securityGroupIds }) => securityGroupIds,
  'instance.group-name': (record) => groupsOf(state, record).map(({ GroupName }) => GroupName),
  'iam-instance-profile.arn': ({ instanceProfile }) => [instanceProfile?.arn],
  'owner-id': () => [state.context.accountId],
});

// API reference, DescribeInstances. The least is 5 there; smaller pages are taken here, so that tests need few machines.
const MOST_RESULTS = 1000;

const checkPage = ({ InstanceIds, MaxResults }: DescribeInstancesRequest): void => {
  if (MaxResults === undefined) return;
  if (InstanceIds !== undefined)
    throw invalidCombination('The parameter instancesSet cannot be used with the parameter maxResults');
  if (MaxResults < 1 || MaxResults > MOST_RESULTS)
    throw invalidParameter(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between 1 and ${MOST_RESULTS}.`,
    );
};

/** Describes instances; terminated ones stay listed for about an hour. */
export const describeInstances = (
  input: DescribeInstancesRequest,
  state: Ec2State,
): DescribeInstancesResult => {
  checkPage(input);
  const candidates =
    input.InstanceIds === undefined ? state.instances.list() : findInstances(state, input.InstanceIds);
  const records = applyFilters(candidates, input.Filters, instanceFilterFields(state), ({ instanceId }) =>
    tagsOf(state, instanceId),
  );
  const { page, nextToken } = pageOf(records, ({ instanceId }) => instanceId, input);
  return { Reservations: toReservations(state, page), NextToken: nextToken };
};
