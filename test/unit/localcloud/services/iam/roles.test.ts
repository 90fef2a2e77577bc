import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type InProcessCloud, openInProcessCloud } from '../s3/in-process-cloud.ts';

let cloud: InProcessCloud;
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const allowAll = JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } });
const RoleName = 'app';

beforeEach(async () => {
  cloud = await openInProcessCloud();
  await cloud.context.peers.iam.CreateRole(
    { RoleName, Path: '/kiln/', AssumeRolePolicyDocument: trust, Tags: [{ Key: 'a', Value: '1' }] },
    cloud.root,
  );
});
afterEach(() => cloud.close());

describe('roles', () => {
  test('are described with their path, id and URL-encoded trust policy', async () => {
    const { Role } = await cloud.context.peers.iam.GetRole({ RoleName }, cloud.root);
    expect(Role).toMatchObject({
      Arn: 'arn:aws:iam::000000000000:role/kiln/app',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'a', Value: '1' }],
    });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust);
    expect(Role?.AssumeRolePolicyDocument).not.toMatch(/[{"*]/);
  });

  test('a name exists once, and an unknown one is NoSuchEntity', async () => {
    const { iam } = cloud.context.peers;
    await expect(
      iam.CreateRole({ RoleName, AssumeRolePolicyDocument: trust }, cloud.root),
    ).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
    });
    await expect(iam.GetRole({ RoleName: 'no' }, cloud.root)).rejects.toMatchObject({
      code: 'NoSuchEntity',
      status: 404,
      message: 'The role with name no cannot be found.',
    });
    await expect(
      iam.CreateRole({ RoleName: 'a b', AssumeRolePolicyDocument: trust }, cloud.root),
    ).rejects.toMatchObject({
      code: 'ValidationError',
    });
    await expect(
      iam.CreateRole({ RoleName: 'b', AssumeRolePolicyDocument: '{' }, cloud.root),
    ).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
    });
  });

  test('a role goes only after everything that hangs on it', async () => {
    const { iam } = cloud.context.peers;
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    const InstanceProfileName = 'profile';
    await iam.PutRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument: allowAll }, cloud.root);
    await iam.AttachRolePolicy({ RoleName, PolicyArn }, cloud.root);
    await iam.CreateInstanceProfile({ InstanceProfileName }, cloud.root);
    await iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName }, cloud.root);
    const refuses = (message: string) =>
      expect(iam.DeleteRole({ RoleName }, cloud.root)).rejects.toMatchObject({
        code: 'DeleteConflict',
        message,
      });
    await refuses('Cannot delete entity, must remove roles from instance profile first.');
    await iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName }, cloud.root);
    await refuses('Cannot delete entity, must detach all policies first.');
    await iam.DetachRolePolicy({ RoleName, PolicyArn }, cloud.root);
    await refuses('Cannot delete entity, must delete policies first.');
    await iam.DeleteRolePolicy({ RoleName, PolicyName: 'p' }, cloud.root);
    await iam.DeleteRole({ RoleName }, cloud.root);
    await expect(iam.GetRole({ RoleName }, cloud.root)).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });

  test('an instance profile holds one role', async () => {
    const { iam } = cloud.context.peers;
    const InstanceProfileName = 'profile';
    await iam.CreateInstanceProfile({ InstanceProfileName }, cloud.root);
    await iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName }, cloud.root);
    await expect(
      iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName }, cloud.root),
    ).rejects.toMatchObject({
      code: 'LimitExceeded',
    });
    const { InstanceProfile } = await iam.GetInstanceProfile({ InstanceProfileName }, cloud.root);
    expect(InstanceProfile?.Roles).toMatchObject([{ RoleName }]);
    await expect(iam.DeleteInstanceProfile({ InstanceProfileName }, cloud.root)).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
    const listed = await iam.ListInstanceProfilesForRole({ RoleName }, cloud.root);
    expect(listed.InstanceProfiles).toHaveLength(1);
  });

  test('lists go on at a marker', async () => {
    const { iam } = cloud.context.peers;
    for (const name of ['b', 'c', 'd']) {
      await iam.CreateRole({ RoleName: name, AssumeRolePolicyDocument: trust }, cloud.root);
    }
    const first = await iam.ListRoles({ MaxItems: 3 }, cloud.root);
    expect(first.IsTruncated).toBe(true);
    const second = await iam.ListRoles({ MaxItems: 3, Marker: first.Marker }, cloud.root);
    expect([...(first.Roles ?? []), ...(second.Roles ?? [])].map((role) => role.RoleName)).toEqual([
      'app',
      'b',
      'c',
      'd',
    ]);
    expect(second.IsTruncated).toBe(false);
  });

  test('a managed policy in use, or with more versions, stays', async () => {
    const { iam } = cloud.context.peers;
    const { Policy } = await iam.CreatePolicy({ PolicyName: 'm', PolicyDocument: allowAll }, cloud.root);
    const PolicyArn = Policy?.Arn ?? '';
    await iam.AttachRolePolicy({ RoleName, PolicyArn }, cloud.root);
    await expect(iam.DeletePolicy({ PolicyArn }, cloud.root)).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
    await iam.DetachRolePolicy({ RoleName, PolicyArn }, cloud.root);
    await iam.CreatePolicyVersion({ PolicyArn, PolicyDocument: allowAll }, cloud.root);
    await expect(iam.DeletePolicy({ PolicyArn }, cloud.root)).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
    await iam.DeletePolicyVersion({ PolicyArn, VersionId: 'v2' }, cloud.root);
    await iam.DeletePolicy({ PolicyArn }, cloud.root);
    await expect(
      iam.AttachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/Nope' }, cloud.root),
    ).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });
});
