import type { InstanceProfile } from '@aws-sdk/client-iam';
import type { StoredInstanceProfile } from '../../policies/role-store.ts';
import { uniqueId } from '../../policies/unique-id.ts';
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from './errors.ts';
import {
  checkedName,
  checkedPath,
  type IdentityManagement,
  type Input,
  needRole,
  type Output,
  paginate,
  storedTags,
} from './identity-management.ts';
import { describeRole } from './roles.ts';

const needProfile = ({ store }: IdentityManagement, name = ''): StoredInstanceProfile => {
  const profile = store.instanceProfiles.get(name);
  if (profile === undefined) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
};

const describe = (iam: IdentityManagement, profile: StoredInstanceProfile): InstanceProfile => ({
  Path: profile.path,
  InstanceProfileName: profile.name,
  InstanceProfileId: profile.id,
  Arn: profile.arn,
  CreateDate: new Date(profile.created),
  Roles: profile.roles.map((name) => describeRole(needRole(iam, name))),
  ...(profile.tags.length === 0 ? {} : { Tags: [...profile.tags] }),
});

/** CreateInstanceProfile. */
export const createInstanceProfile = (
  iam: IdentityManagement,
  input: Input<'CreateInstanceProfile'>,
): Output<'CreateInstanceProfile'> => {
  const name = checkedName(input.InstanceProfileName, 'instanceProfileName', 128);
  const path = checkedPath(input.Path);
  if (iam.store.instanceProfiles.get(name) !== undefined) {
    throw entityAlreadyExists(`Instance Profile ${name} already exists.`);
  }
  const profile: StoredInstanceProfile = {
    name,
    path,
    arn: `arn:aws:iam::${iam.context.accountId}:instance-profile${path}${name}`,
    id: uniqueId(iam.context.random, 'AIPA'),
    created: iam.context.clock.now(),
    roles: [],
    tags: storedTags(input.Tags),
  };
  iam.store.instanceProfiles.put(name, profile);
  return { InstanceProfile: describe(iam, profile) };
};

/** GetInstanceProfile. */
export const getInstanceProfile = (
  iam: IdentityManagement,
  input: Input<'GetInstanceProfile'>,
): Output<'GetInstanceProfile'> => ({
  InstanceProfile: describe(iam, needProfile(iam, input.InstanceProfileName)),
});

/** ListInstanceProfiles. */
export const listInstanceProfiles = (
  iam: IdentityManagement,
  input: Input<'ListInstanceProfiles'>,
): Output<'ListInstanceProfiles'> => {
  const prefix = input.PathPrefix ?? '/';
  const found = iam.store.instanceProfiles.list().filter(({ path }) => path.startsWith(prefix));
  const { page, ...position } = paginate(found, input);
  return { ...position, InstanceProfiles: page.map((profile) => describe(iam, profile)) };
};

/** ListInstanceProfilesForRole. */
export const listInstanceProfilesForRole = (
  iam: IdentityManagement,
  input: Input<'ListInstanceProfilesForRole'>,
): Output<'ListInstanceProfilesForRole'> => {
  const { name } = needRole(iam, input.RoleName);
  const found = iam.store.instanceProfiles.list().filter(({ roles }) => roles.includes(name));
  const { page, ...position } = paginate(found, input);
  return { ...position, InstanceProfiles: page.map((profile) => describe(iam, profile)) };
};

/** AddRoleToInstanceProfile: one role at most. */
export const addRoleToInstanceProfile = (
  iam: IdentityManagement,
  input: Input<'AddRoleToInstanceProfile'>,
): Output<'AddRoleToInstanceProfile'> => {
  const profile = needProfile(iam, input.InstanceProfileName);
  const { name } = needRole(iam, input.RoleName);
  if (profile.roles.length > 0)
    throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
  iam.store.instanceProfiles.put(profile.name, { ...profile, roles: [name] });
  return {};
};

/** RemoveRoleFromInstanceProfile. */
export const removeRoleFromInstanceProfile = (
  iam: IdentityManagement,
  input: Input<'RemoveRoleFromInstanceProfile'>,
): Output<'RemoveRoleFromInstanceProfile'> => {
  const profile = needProfile(iam, input.InstanceProfileName);
  const { name } = needRole(iam, input.RoleName);
  if (!profile.roles.includes(name))
    throw noSuchEntity(`Role ${name} in Instance Profile ${profile.name} cannot be found.`);
  iam.store.instanceProfiles.put(profile.name, { ...profile, roles: [] });
  return {};
};

/** DeleteInstanceProfile: only without a role. */
export const deleteInstanceProfile = (
  iam: IdentityManagement,
  input: Input<'DeleteInstanceProfile'>,
): Output<'DeleteInstanceProfile'> => {
  const profile = needProfile(iam, input.InstanceProfileName);
  if (profile.roles.length > 0) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  iam.store.instanceProfiles.delete(profile.name);
  return {};
};
