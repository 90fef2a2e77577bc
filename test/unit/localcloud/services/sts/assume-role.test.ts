import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type InProcessCloud, openInProcessCloud } from '../s3/in-process-cloud.ts';

let cloud: InProcessCloud;
beforeEach(async () => {
  cloud = await openInProcessCloud();
});
afterEach(() => cloud.close());

const createRole = async (RoleName: string, Principal: object, Condition?: object): Promise<string> => {
  const statement = {
    Effect: 'Allow',
    Principal,
    Action: 'sts:AssumeRole',
    ...(Condition ? { Condition } : {}),
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Statement: statement });
  const { Role } = await cloud.context.peers.iam.CreateRole(
    { RoleName, AssumeRolePolicyDocument },
    cloud.root,
  );
  return Role?.Arn ?? '';
};
const assume = (RoleArn: string, more: object = {}) =>
  cloud.context.peers.sts.AssumeRole({ RoleArn, RoleSessionName: 'session', ...more }, cloud.root);

describe('AssumeRole', () => {
  test('gives working credentials of a role that trusts the account', async () => {
    const arn = await createRole('open', { AWS: '000000000000' });
    const { Credentials, AssumedRoleUser } = await assume(arn, { DurationSeconds: 900 });
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/open/session');
    const found = cloud.context.backplane.credentials.find(Credentials?.AccessKeyId ?? '');
    expect(found?.secretAccessKey).toBe(Credentials?.SecretAccessKey);
    const identity = await cloud.context.peers.sts.GetCallerIdentity(
      {},
      { requestId: 'r', caller: found?.caller ?? cloud.root.caller },
    );
    expect(identity).toEqual({
      Account: '000000000000',
      Arn: AssumedRoleUser?.Arn,
      UserId: AssumedRoleUser?.AssumedRoleId,
    });
  });

  test('denies alike a role that trusts somebody else and one that does not exist', async () => {
    const arn = await createRole('closed', { Service: 'lambda.amazonaws.com' });
    const denied = { code: 'AccessDenied', status: 403 };
    await expect(assume(arn)).rejects.toMatchObject(denied);
    await expect(assume('arn:aws:iam::000000000000:role/none')).rejects.toMatchObject(denied);
  });

  test('honours an external id', async () => {
    const arn = await createRole('partner', { AWS: '*' }, { StringEquals: { 'sts:ExternalId': 'x1' } });
    await expect(assume(arn)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(assume(arn, { ExternalId: 'x1' })).resolves.toBeDefined();
  });

  test('refuses a session name or duration outside its limits', async () => {
    const arn = await createRole('open', { AWS: '*' });
    await expect(assume(arn, { RoleSessionName: 'a b' })).rejects.toMatchObject({ code: 'ValidationError' });
    await expect(assume(arn, { DurationSeconds: 60 })).rejects.toMatchObject({ code: 'ValidationError' });
    await expect(assume(arn, { DurationSeconds: 7200 })).rejects.toMatchObject({
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
  });
});

describe('GetSessionToken', () => {
  test('is for the owner, not for roles', async () => {
    const { sts } = cloud.context.peers;
    const { Credentials } = await sts.GetSessionToken({}, cloud.root);
    expect(cloud.context.backplane.credentials.find(Credentials?.AccessKeyId ?? '')?.caller.kind).toBe(
      'root',
    );
    const role = cloud.context.asRole('arn:aws:iam::000000000000:role/a', 's');
    await expect(sts.GetSessionToken({}, role)).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});
