import type * as IAM from '@aws-sdk/client-iam';
import type { OperationsOf, ResourcesOf } from '../../service.ts';

interface Reference {
  readonly RoleName?: string | undefined;
  readonly PolicyName?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly InstanceProfileName?: string | undefined;
  readonly Path?: string | undefined;
}

/** The role, policy or profile that each operation is checked against ("Actions defined by AWS IAM"). */
export const resourcesIn = (
  accountId: string,
  rolePath: (roleName: string) => string,
): ResourcesOf<OperationsOf<typeof IAM>> => {
  const prefix = `arn:aws:iam::${accountId}:`;
  const role = ({ RoleName = '' }: Reference): readonly string[] => [
    `${prefix}role${rolePath(RoleName)}${RoleName}`,
  ];
  const newRole = ({ RoleName = '', Path = '/' }: Reference): readonly string[] => [
    `${prefix}role${Path}${RoleName}`,
  ];
  const policy = ({ PolicyArn = '' }: Reference): readonly string[] => [PolicyArn];
  const profile = ({ InstanceProfileName = '', Path = '/' }: Reference): readonly string[] => [
    `${prefix}instance-profile${Path}${InstanceProfileName}`,
  ];
  return {
    CreateRole: newRole,
    GetRole: role,
    UpdateRole: role,
    UpdateAssumeRolePolicy: role,
    DeleteRole: role,
    TagRole: role,
    UntagRole: role,
    ListRoleTags: role,
    PutRolePolicy: role,
    GetRolePolicy: role,
    DeleteRolePolicy: role,
    ListRolePolicies: role,
    AttachRolePolicy: role,
    DetachRolePolicy: role,
    ListAttachedRolePolicies: role,
    ListInstanceProfilesForRole: role,
    CreatePolicy: ({ PolicyName = '', Path = '/' }) => [`${prefix}policy${Path}${PolicyName}`],
    GetPolicy: policy,
    GetPolicyVersion: policy,
    ListPolicyVersions: policy,
    CreatePolicyVersion: policy,
    DeletePolicyVersion: policy,
    DeletePolicy: policy,
    CreateInstanceProfile: profile,
    GetInstanceProfile: profile,
    AddRoleToInstanceProfile: profile,
    RemoveRoleFromInstanceProfile: profile,
    DeleteInstanceProfile: profile,
  };
};
