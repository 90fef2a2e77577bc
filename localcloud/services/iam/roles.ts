import type { Role } from '@aws-sdk/client-iam';
import { parseTrustPolicy } from '../../policies/policy-document.ts';
import type { StoredRole } from '../../policies/role-store.ts';
import { uniqueId } from '../../policies/unique-id.ts';
import { deleteConflict, entityAlreadyExists, validationError } from './errors.ts';
import {
  checkedName,
  checkedPath,
  checkPolicy,
  encodeDocument,
  type IdentityManagement,
  type Input,
  mergeTags,
  needRole,
  type Output,
  paginate,
  putRole,
  storedTags,
} from './identity-management.ts';

/** A role as the API shows it. */
export const describeRole = (role: StoredRole): Role => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(role.created),
  AssumeRolePolicyDocument: encodeDocument(role.trust),
  MaxSessionDuration: role.maxSessionSeconds,
  ...(role.description === undefined ? {} : { Description: role.description }),
  ...(role.boundary === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: role.boundary,
        },
      }),
  ...(role.tags.length === 0 ? {} : { Tags: [...role.tags] }),
});

const checkedSession = (seconds = 3600): number => {
  if (seconds >= 3600 && seconds <= 43_200) return seconds;
  throw validationError(
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200`,
  );
};

/** CreateRole. A permissions boundary is stored and not enforced. */
export const createRole = (iam: IdentityManagement, input: Input<'CreateRole'>): Output<'CreateRole'> => {
  const name = checkedName(input.RoleName, 'roleName', 64);
  const path = checkedPath(input.Path);
  const trust = input.AssumeRolePolicyDocument ?? '';
  checkPolicy(parseTrustPolicy, trust);
  if (iam.store.roles.get(name) !== undefined) {
    throw entityAlreadyExists(`Role with name ${name} already exists.`);
  }
  const role: StoredRole = {
    name,
    path,
    arn: `arn:aws:iam::${iam.context.accountId}:role${path}${name}`,
    id: uniqueId(iam.context.random, 'AROA'),
    created: iam.context.clock.now(),
    trust,
    maxSessionSeconds: checkedSession(input.MaxSessionDuration),
    tags: storedTags(input.Tags),
    inline: {},
    attached: [],
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.PermissionsBoundary === undefined ? {} : { boundary: input.PermissionsBoundary }),
  };
  putRole(iam, role);
  return { Role: describeRole(role) };
};

/** GetRole. */
export const getRole = (iam: IdentityManagement, input: Input<'GetRole'>): Output<'GetRole'> => ({
  Role: describeRole(needRole(iam, input.RoleName)),
});

/** ListRoles, by name; without tags, as AWS. */
export const listRoles = (iam: IdentityManagement, input: Input<'ListRoles'>): Output<'ListRoles'> => {
  const prefix = input.PathPrefix ?? '/';
  const found = iam.store.roles.list().filter(({ path }) => path.startsWith(prefix));
  const { page, ...position } = paginate(found, input);
  return { ...position, Roles: page.map((role) => describeRole({ ...role, tags: [] })) };
};

/** UpdateRole: description and longest session. */
export const updateRole = (iam: IdentityManagement, input: Input<'UpdateRole'>): Output<'UpdateRole'> => {
  const role = needRole(iam, input.RoleName);
  putRole(iam, {
    ...role,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.MaxSessionDuration === undefined
      ? {}
      : { maxSessionSeconds: checkedSession(input.MaxSessionDuration) }),
  });
  return {};
};

/** UpdateAssumeRolePolicy. */
export const updateAssumeRolePolicy = (
  iam: IdentityManagement,
  input: Input<'UpdateAssumeRolePolicy'>,
): Output<'UpdateAssumeRolePolicy'> => {
  const role = needRole(iam, input.RoleName);
  const trust = input.PolicyDocument ?? '';
  checkPolicy(parseTrustPolicy, trust);
  putRole(iam, { ...role, trust });
  return {};
};

/** DeleteRole: only when nothing hangs on it any more. */
export const deleteRole = (iam: IdentityManagement, input: Input<'DeleteRole'>): Output<'DeleteRole'> => {
  const { name, inline, attached } = needRole(iam, input.RoleName);
  if (iam.store.instanceProfiles.list().some(({ roles }) => roles.includes(name))) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(inline).length > 0)
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  iam.context.store.transaction(() => {
    iam.store.roles.delete(name);
    for (const key of iam.store.usedActions.keys(`${name}\n`)) iam.store.usedActions.delete(key);
  });
  iam.authoriser.forget(name);
  return {};
};

/** TagRole. */
export const tagRole = (iam: IdentityManagement, input: Input<'TagRole'>): Output<'TagRole'> => {
  const role = needRole(iam, input.RoleName);
  putRole(iam, { ...role, tags: mergeTags(role.tags, storedTags(input.Tags)) });
  return {};
};

/** UntagRole. */
export const untagRole = (iam: IdentityManagement, input: Input<'UntagRole'>): Output<'UntagRole'> => {
  const role = needRole(iam, input.RoleName);
  putRole(iam, { ...role, tags: role.tags.filter(({ Key }) => !(input.TagKeys ?? []).includes(Key)) });
  return {};
};

/** ListRoleTags. */
export const listRoleTags = (
  iam: IdentityManagement,
  input: Input<'ListRoleTags'>,
): Output<'ListRoleTags'> => {
  const { page, ...position } = paginate(needRole(iam, input.RoleName).tags, input);
  return { ...position, Tags: page };
};
