import type {
  DescribeInstanceAttributeRequest,
  InstanceAttribute,
  ModifyInstanceAttributeRequest,
  ModifyInstanceMetadataOptionsRequest,
  ModifyInstanceMetadataOptionsResult,
} from '@aws-sdk/client-ec2';
import type { Ec2State } from './deps.ts';
import { findInstances } from './describe-instances.ts';
import { incorrectInstanceState, invalidParameter } from './errors.ts';
import { findInstanceType } from './instance-types.ts';
import { checkUserData } from './launch-checks.ts';
import type { InstanceRecord } from './records.ts';
import { findGroup } from './security-groups.ts';

const find = (state: Ec2State, instanceId: string | undefined): InstanceRecord => {
  const [record] = findInstances(state, [instanceId ?? '']);
  if (record === undefined) throw invalidParameter('instanceId is needed');
  return record;
};

/** Describes one attribute of an instance. */
export const describeInstanceAttribute = (
  input: DescribeInstanceAttributeRequest,
  state: Ec2State,
): InstanceAttribute => {
  const record = find(state, input.InstanceId);
  const answer = { InstanceId: record.instanceId };
  switch (input.Attribute) {
    case 'userData':
      return { ...answer, UserData: record.userData === undefined ? {} : { Value: record.userData } };
    case 'instanceType':
      return { ...answer, InstanceType: { Value: record.instanceType } };
    case 'instanceInitiatedShutdownBehavior':
      return { ...answer, InstanceInitiatedShutdownBehavior: { Value: record.shutdownBehavior } };
    case 'disableApiTermination':
      return { ...answer, DisableApiTermination: { Value: record.disableApiTermination } };
    case 'rootDeviceName':
      return { ...answer, RootDeviceName: { Value: record.rootDeviceName } };
    case 'groupSet':
      return { ...answer, Groups: record.securityGroupIds.map((GroupId) => ({ GroupId })) };
    case 'enaSupport':
      return { ...answer, EnaSupport: { Value: true } };
    case 'ebsOptimized':
      return { ...answer, EbsOptimized: { Value: false } };
    case 'sourceDestCheck':
      return { ...answer, SourceDestCheck: { Value: true } };
    default:
      throw invalidParameter(`The attribute '${input.Attribute}' cannot be described here`);
  }
};

type Changes = Partial<{ -readonly [K in keyof InstanceRecord]: InstanceRecord[K] }>;

const shutdownBehavior = (value: string | undefined): 'stop' | 'terminate' => {
  if (value === 'stop' || value === 'terminate') return value;
  throw invalidParameter(`Invalid value '${value}' for InstanceInitiatedShutdownBehavior`);
};

/** Members that the wire carries by name and the general `Attribute` and `Value` pair, as one set of changes. */
const changesOf = (
  input: ModifyInstanceAttributeRequest,
  record: InstanceRecord,
  state: Ec2State,
): Changes => {
  const changes: Changes = {};
  const named = (attribute: string): string | undefined =>
    input.Attribute === attribute ? input.Value : undefined;
  const behaviour =
    input.InstanceInitiatedShutdownBehavior?.Value ?? named('instanceInitiatedShutdownBehavior');
  if (behaviour !== undefined) changes.shutdownBehavior = shutdownBehavior(behaviour);
  const protection = input.DisableApiTermination?.Value ?? named('disableApiTermination');
  if (protection !== undefined) changes.disableApiTermination = String(protection) === 'true';
  if (input.Groups !== undefined)
    changes.securityGroupIds = input.Groups.map((id) => findGroup(state, id).groupId);

  const type = input.InstanceType?.Value ?? named('instanceType');
  const userData = input.UserData?.Value;
  if ((type !== undefined || userData !== undefined) && record.state !== 'stopped') {
    throw incorrectInstanceState(record.instanceId, 'modified');
  }
  if (type !== undefined) changes.instanceType = findInstanceType(type).name;
  if (userData !== undefined) {
    changes.userData = Buffer.from(userData).toString('base64');
    checkUserData(changes.userData);
  }
  return changes;
};

/** Changes attributes; type and user data only of a stopped instance. */
export const modifyInstanceAttribute = (
  input: ModifyInstanceAttributeRequest,
  state: Ec2State,
): Record<string, never> => {
  const record = find(state, input.InstanceId);
  state.instances.put(record.instanceId, { ...record, ...changesOf(input, record, state) });
  return {};
};

/** Changes the metadata options; they hold from the guest's next request. */
export const modifyInstanceMetadataOptions = (
  input: ModifyInstanceMetadataOptionsRequest,
  state: Ec2State,
): ModifyInstanceMetadataOptionsResult => {
  const record = find(state, input.InstanceId);
  const before = record.metadataOptions;
  const metadataOptions: InstanceRecord['metadataOptions'] = {
    httpTokens: input.HttpTokens ?? before.httpTokens,
    httpEndpoint: input.HttpEndpoint ?? before.httpEndpoint,
    hopLimit: input.HttpPutResponseHopLimit ?? before.hopLimit,
    instanceMetadataTags: input.InstanceMetadataTags ?? before.instanceMetadataTags,
  };
  state.instances.put(record.instanceId, { ...record, metadataOptions });
  return {
    InstanceId: record.instanceId,
    InstanceMetadataOptions: {
      State: 'applied',
      HttpTokens: metadataOptions.httpTokens,
      HttpEndpoint: metadataOptions.httpEndpoint,
      HttpPutResponseHopLimit: metadataOptions.hopLimit,
      InstanceMetadataTags: metadataOptions.instanceMetadataTags,
    },
  };
};
