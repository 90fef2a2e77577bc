import type * as EC2 from '@aws-sdk/client-ec2';
import type { CloudContext } from '../../cloud-context.ts';
import type { OperationsOf, ResourcesOf } from '../../service.ts';

/**
 * The ARNs that operations act on, for the permission check (service authorization reference, Amazon EC2). RunInstances
 * and RegisterImage act on several kinds at once and are checked against `*`.
 */
export const createResources = ({
  region,
  accountId,
}: CloudContext): ResourcesOf<OperationsOf<typeof EC2>> => {
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
  return {
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
