import * as IAM from '@aws-sdk/client-iam';
import type { CloudContext } from '../../cloud-context.ts';
import { createAuthoriser } from '../../policies/authoriser.ts';
import { openCredentialStore } from '../../policies/credential-store.ts';
import { openRoleStore } from '../../policies/role-store.ts';
import { defineService, type Service } from '../../service.ts';
import type { IdentityManagement } from './identity-management.ts';
import * as profiles from './instance-profiles.ts';
import * as policies from './managed-policies.ts';
import { resourcesIn } from './resources.ts';
import * as rolePolicies from './role-policies.ts';
import * as roles from './roles.ts';

/** AWS Identity and Access Management. */
export const createIam = (context: CloudContext): Service => {
  const store = openRoleStore(context.store);
  const authoriser = createAuthoriser(context, store);
  const iam: IdentityManagement = { context, store, authoriser };
  return defineService(IAM, {
    name: 'iam',
    signingName: 'iam',
    protocol: 'query',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  })(
    {
      CreateRole: (input) => roles.createRole(iam, input),
      GetRole: (input) => roles.getRole(iam, input),
      ListRoles: (input) => roles.listRoles(iam, input),
      UpdateRole: (input) => roles.updateRole(iam, input),
      UpdateAssumeRolePolicy: (input) => roles.updateAssumeRolePolicy(iam, input),
      DeleteRole: (input) => roles.deleteRole(iam, input),
      TagRole: (input) => roles.tagRole(iam, input),
      UntagRole: (input) => roles.untagRole(iam, input),
      ListRoleTags: (input) => roles.listRoleTags(iam, input),
      PutRolePolicy: (input) => rolePolicies.putRolePolicy(iam, input),
      GetRolePolicy: (input) => rolePolicies.getRolePolicy(iam, input),
      DeleteRolePolicy: (input) => rolePolicies.deleteRolePolicy(iam, input),
      ListRolePolicies: (input) => rolePolicies.listRolePolicies(iam, input),
      AttachRolePolicy: (input) => rolePolicies.attachRolePolicy(iam, input),
      DetachRolePolicy: (input) => rolePolicies.detachRolePolicy(iam, input),
      ListAttachedRolePolicies: (input) => rolePolicies.listAttachedRolePolicies(iam, input),
      CreatePolicy: (input) => policies.createPolicy(iam, input),
      GetPolicy: (input) => policies.getPolicy(iam, input),
      ListPolicies: (input) => policies.listPolicies(iam, input),
      GetPolicyVersion: (input) => policies.getPolicyVersion(iam, input),
      ListPolicyVersions: (input) => policies.listPolicyVersions(iam, input),
      CreatePolicyVersion: (input) => policies.createPolicyVersion(iam, input),
      DeletePolicyVersion: (input) => policies.deletePolicyVersion(iam, input),
      DeletePolicy: (input) => policies.deletePolicy(iam, input),
      CreateInstanceProfile: (input) => profiles.createInstanceProfile(iam, input),
      GetInstanceProfile: (input) => profiles.getInstanceProfile(iam, input),
      ListInstanceProfiles: (input) => profiles.listInstanceProfiles(iam, input),
      ListInstanceProfilesForRole: (input) => profiles.listInstanceProfilesForRole(iam, input),
      AddRoleToInstanceProfile: (input) => profiles.addRoleToInstanceProfile(iam, input),
      RemoveRoleFromInstanceProfile: (input) => profiles.removeRoleFromInstanceProfile(iam, input),
      DeleteInstanceProfile: (input) => profiles.deleteInstanceProfile(iam, input),
    },
    {
      resources: resourcesIn(context.accountId, (name) => store.roles.get(name)?.path ?? '/'),
      backplane: { refusal: authoriser.refusal, credentials: openCredentialStore(context) },
    },
  );
};
