import type * as EC2 from '@aws-sdk/client-ec2';
import type { OperationsOf, ResourcesOf } from '../../service.ts';
import type { Ec2State } from './deps.ts';
import { mergeParameters } from './launch-parameters.ts';
import { VPC_ID } from './network.ts';

/** The request with its launch template's data; without, when there is no such template: the operation says so. */
const merged = (input: EC2.RunInstancesRequest, state: Ec2State): EC2.RunInstancesRequest => {
  try {
    return mergeParameters(input, state);
  } catch {
    return input;
  }
};

/** The ARNs that operations act on, for the permission check (service authorization reference, Amazon EC2). */
export const createResources = (state: Ec2State): ResourcesOf<OperationsOf<typeof EC2>> => {
  const { region, accountId } = state.context;
  const owned = (kind: string, id = '*'): string => `arn:aws:ec2:${region}:${accountId}:${kind}/${id}`;
  // Images and snapshots carry no account in their ARNs.
  const shared = (kind: string, id = '*'): string => `arn:aws:ec2:${region}::${kind}/${id}`;
  const instances = ({ InstanceIds = [] }: { InstanceIds?: string[] | undefined }): string[] =>
    InstanceIds.map((id) => owned('instance', id));
  const taggable = (id: string): string => {
    const prefix = id.split('-')[0];
    if (prefix === 'ami') return shared('image', id);
    if (prefix === 'snap') return shared('snapshot', id);
    const kinds: Readonly<Record<string, string>> = {
      i: 'instance',
      lt: 'launch-template',
      sg: 'security-group',
    };
    return owned(kinds[prefix ?? ''] ?? '*', id);
  };
  /** Everything that a launch makes or uses has to be allowed. */
  const launched = (input: EC2.RunInstancesRequest): string[] => {
    const { ImageId, SubnetId, SecurityGroupIds, NetworkInterfaces } = merged(input, state);
    const imageId = ImageId?.startsWith('ami-') === true ? ImageId : '*';
    const groups = SecurityGroupIds ?? NetworkInterfaces?.[0]?.Groups ?? ['*'];
    const template = input.LaunchTemplate?.LaunchTemplateId ?? '*';
    return [
      shared('image', imageId),
      owned('instance'),
      owned('volume'),
      owned('network-interface'),
      owned('subnet', SubnetId ?? NetworkInterfaces?.[0]?.SubnetId),
      ...groups.map((id) => owned('security-group', id)),
      ...(input.LaunchTemplate === undefined ? [] : [owned('launch-template', template)]),
    ];
  };
  return {
    RunInstances: launched,
    RegisterImage: ({ BlockDeviceMappings = [] }) => [
      shared('image'),
      ...BlockDeviceMappings.flatMap(({ Ebs }) =>
        Ebs?.SnapshotId === undefined ? [] : [shared('snapshot', Ebs.SnapshotId)],
      ),
    ],
    CreateSecurityGroup: ({ VpcId }) => [owned('security-group'), owned('vpc', VpcId ?? VPC_ID)],
    TerminateInstances: instances,
    StopInstances: instances,
    StartInstances: instances,
    RebootInstances: instances,
    GetConsoleOutput: ({ InstanceId }) => [owned('instance', InstanceId)],
    ModifyInstanceAttribute: ({ InstanceId }) => [owned('instance', InstanceId)],
    ModifyInstanceMetadataOptions: ({ InstanceId }) => [owned('instance', InstanceId)],
    DescribeInstanceAttribute: ({ InstanceId }) => [owned('instance', InstanceId)],
    DeregisterImage: ({ ImageId }) => [shared('image', ImageId)],
    DeleteSnapshot: ({ SnapshotId }) => [shared('snapshot', SnapshotId)],
    CreateTags: ({ Resources = [] }) => Resources.map(taggable),
    DeleteTags: ({ Resources = [] }) => Resources.map(taggable),
    CreateLaunchTemplate: () => [owned('launch-template')],
    CreateLaunchTemplateVersion: ({ LaunchTemplateId }) => [owned('launch-template', LaunchTemplateId)],
    ModifyLaunchTemplate: ({ LaunchTemplateId }) => [owned('launch-template', LaunchTemplateId)],
    DeleteLaunchTemplate: ({ LaunchTemplateId }) => [owned('launch-template', LaunchTemplateId)],
    DeleteLaunchTemplateVersions: ({ LaunchTemplateId }) => [owned('launch-template', LaunchTemplateId)],
    DeleteSecurityGroup: ({ GroupId }) => [owned('security-group', GroupId)],
    AuthorizeSecurityGroupIngress: ({ GroupId }) => [owned('security-group', GroupId)],
    AuthorizeSecurityGroupEgress: ({ GroupId }) => [owned('security-group', GroupId)],
    RevokeSecurityGroupIngress: ({ GroupId }) => [owned('security-group', GroupId)],
    RevokeSecurityGroupEgress: ({ GroupId }) => [owned('security-group', GroupId)],
  };
};
