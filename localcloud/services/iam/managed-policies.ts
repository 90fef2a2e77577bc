import type { Policy } from '@aws-sdk/client-iam';
import { awsManagedPolicies, awsManagedPolicy } from '../../policies/aws-managed-policies.ts';
import { parseIdentityPolicy } from '../../policies/policy-document.ts';
import type { StoredPolicy } from '../../policies/role-store.ts';
import { uniqueId } from '../../policies/unique-id.ts';
import { accessDenied, deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from './errors.ts';
import {
  checkedName,
  checkedPath,
  checkPolicy,
  encodeDocument,
  type IdentityManagement,
  type Input,
  type Output,
  paginate,
  storedTags,
} from './identity-management.ts';

// "IAM and AWS STS quotas".
const maxVersions = 5;

// AWS's own policies are shown as version 1 of the day they were first published.
const awsOwned = (arn: string): StoredPolicy | undefined => {
  const policy = awsManagedPolicy(arn);
  if (policy === undefined) return undefined;
  const created = Date.UTC(2015, 1, 6);
  return {
    ...policy,
    id: `ANPA${Buffer.from(policy.name).toString('hex').toUpperCase().slice(0, 17).padEnd(17, 'A')}`,
    created,
    updated: created,
    tags: [],
    versions: [{ id: 'v1', document: policy.document, created }],
    defaultVersion: 'v1',
  };
};

const needPolicy = (iam: IdentityManagement, arn = ''): StoredPolicy => {
  const policy = iam.store.policies.get(arn) ?? awsOwned(arn);
  if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
};

const needOwnPolicy = (iam: IdentityManagement, arn = ''): StoredPolicy => {
  if (awsManagedPolicy(arn) !== undefined)
    throw accessDenied(`Policy ${arn} is owned by AWS and cannot be changed.`);
  return needPolicy(iam, arn);
};

const attachments = (iam: IdentityManagement, arn: string): number =>
  iam.store.roles.list().filter(({ attached }) => attached.includes(arn)).length;

const describe = (iam: IdentityManagement, policy: StoredPolicy): Policy => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: attachments(iam, policy.arn),
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  CreateDate: new Date(policy.created),
  UpdateDate: new Date(policy.updated),
  ...(policy.description === undefined ? {} : { Description: policy.description }),
  ...(policy.tags.length === 0 ? {} : { Tags: [...policy.tags] }),
});

/** CreatePolicy. */
export const createPolicy = (
  iam: IdentityManagement,
  input: Input<'CreatePolicy'>,
): Output<'CreatePolicy'> => {
  const name = checkedName(input.PolicyName, 'policyName', 128);
  const path = checkedPath(input.Path);
  const document = input.PolicyDocument ?? '';
  checkPolicy(parseIdentityPolicy, document);
  const arn = `arn:aws:iam::${iam.context.accountId}:policy${path}${name}`;
  if (iam.store.policies.list().some((each) => each.name === name)) {
    throw entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
  }
  const created = iam.context.clock.now();
  const policy: StoredPolicy = {
    name,
    path,
    arn,
    id: uniqueId(iam.context.random, 'ANPA'),
    created,
    updated: created,
    tags: storedTags(input.Tags),
    versions: [{ id: 'v1', document, created }],
    defaultVersion: 'v1',
    ...(input.Description === undefined ? {} : { description: input.Description }),
  };
  iam.store.policies.put(arn, policy);
  return { Policy: describe(iam, policy) };
};

/** GetPolicy. */
export const getPolicy = (iam: IdentityManagement, input: Input<'GetPolicy'>): Output<'GetPolicy'> => ({
  Policy: describe(iam, needPolicy(iam, input.PolicyArn)),
});

/** ListPolicies: AWS's (those the local cloud knows) and the account's own. */
export const listPolicies = (
  iam: IdentityManagement,
  input: Input<'ListPolicies'>,
): Output<'ListPolicies'> => {
  const scope = input.Scope ?? 'All';
  const aws = awsManagedPolicies().flatMap(({ arn }) => awsOwned(arn) ?? []);
  const found = [...(scope === 'Local' ? [] : aws), ...(scope === 'AWS' ? [] : iam.store.policies.list())]
    .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
    .map((policy) => describe(iam, policy))
    .filter(({ AttachmentCount = 0 }) => input.OnlyAttached !== true || AttachmentCount > 0);
  const { page, ...position } = paginate(found, input);
  return { ...position, Policies: page };
};

/** GetPolicyVersion. */
export const getPolicyVersion = (
  iam: IdentityManagement,
  input: Input<'GetPolicyVersion'>,
): Output<'GetPolicyVersion'> => {
  const policy = needPolicy(iam, input.PolicyArn);
  const version = policy.versions.find(({ id }) => id === input.VersionId);
  if (version === undefined) {
    throw noSuchEntity(
      `Policy ${policy.arn} version ${input.VersionId} does not exist or is not attachable.`,
    );
  }
  return {
    PolicyVersion: {
      Document: encodeDocument(version.document),
      VersionId: version.id,
      IsDefaultVersion: version.id === policy.defaultVersion,
      CreateDate: new Date(version.created),
    },
  };
};

/** ListPolicyVersions. */
export const listPolicyVersions = (
  iam: IdentityManagement,
  input: Input<'ListPolicyVersions'>,
): Output<'ListPolicyVersions'> => {
  const { versions, defaultVersion } = needPolicy(iam, input.PolicyArn);
  const { page, ...position } = paginate(versions.toReversed(), input);
  return {
    ...position,
    Versions: page.map(({ id, created }) => ({
      VersionId: id,
      IsDefaultVersion: id === defaultVersion,
      CreateDate: new Date(created),
    })),
  };
};

/** CreatePolicyVersion. */
export const createPolicyVersion = (
  iam: IdentityManagement,
  input: Input<'CreatePolicyVersion'>,
): Output<'CreatePolicyVersion'> => {
  const policy = needOwnPolicy(iam, input.PolicyArn);
  const document = input.PolicyDocument ?? '';
  checkPolicy(parseIdentityPolicy, document);
  if (policy.versions.length >= maxVersions) {
    throw limitExceeded(
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
  }
  const newest = Math.max(...policy.versions.map(({ id }) => Number(id.slice(1))));
  const created = iam.context.clock.now();
  const version = { id: `v${newest + 1}`, document, created };
  const isDefault = input.SetAsDefault === true;
  iam.store.policies.put(policy.arn, {
    ...policy,
    updated: created,
    versions: [...policy.versions, version],
    defaultVersion: isDefault ? version.id : policy.defaultVersion,
  });
  iam.authoriser.forget();
  return {
    PolicyVersion: { VersionId: version.id, IsDefaultVersion: isDefault, CreateDate: new Date(created) },
  };
};

/** DeletePolicyVersion; the default version stays. */
export const deletePolicyVersion = (
  iam: IdentityManagement,
  input: Input<'DeletePolicyVersion'>,
): Output<'DeletePolicyVersion'> => {
  const policy = needOwnPolicy(iam, input.PolicyArn);
  if (input.VersionId === policy.defaultVersion) {
    throw deleteConflict('Cannot delete the default version of a policy.');
  }
  const versions = policy.versions.filter(({ id }) => id !== input.VersionId);
  if (versions.length === policy.versions.length) {
    throw noSuchEntity(
      `Policy ${policy.arn} version ${input.VersionId} does not exist or is not attachable.`,
    );
  }
  iam.store.policies.put(policy.arn, { ...policy, versions });
  return {};
};

/** DeletePolicy: only when detached and without other versions. */
export const deletePolicy = (
  iam: IdentityManagement,
  input: Input<'DeletePolicy'>,
): Output<'DeletePolicy'> => {
  const policy = needOwnPolicy(iam, input.PolicyArn);
  if (attachments(iam, policy.arn) > 0) {
    throw deleteConflict('Cannot delete a policy attached to entities.');
  }
  if (policy.versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  iam.store.policies.delete(policy.arn);
  return {};
};
