import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIam } from '#localcloud/services/iam/index';
import { createS3 } from '#localcloud/services/s3/index';
import { createSsm } from '#localcloud/services/ssm/index';
import { createSts } from '#localcloud/services/sts/index';
import { startTestCloud, type TestCloud } from '#test/helpers/start-test-cloud';

let cloud: TestCloud;
let iam: IAM;
let sts: STS;

beforeAll(async () => {
  cloud = await startTestCloud({
    services: [createIam, createSts, createS3, createSsm],
    log: () => undefined,
  });
  iam = new IAM(cloud.clientConfig);
  sts = new STS(cloud.clientConfig);
});
afterAll(async () => {
  iam.destroy();
  sts.destroy();
  await cloud.stop();
});

const trust = (Principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  });

const assume = async (RoleName: string, statements: object[]) => {
  const { Role } = await iam.createRole({
    RoleName,
    AssumeRolePolicyDocument: trust({ AWS: '000000000000' }),
  });
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await iam.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument });
  const { Credentials } = await sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 's1' });
  return {
    ...cloud.clientConfig,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  };
};

describe('a role over the wire (from-docs)', () => {
  test('may do what its policy says, and no more, also to itself by another name', async () => {
    const owner = new S3(cloud.clientConfig);
    await owner.createBucket({ Bucket: 'owned' });
    await owner.putObject({ Bucket: 'owned', Key: 'apps/a', Body: 'x' });
    const config = await assume('reader', [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: ['arn:aws:s3:::owned', 'arn:aws:s3:::owned/apps/*'],
      },
      { Effect: 'Allow', Action: 'ssm:GetParameter*', Resource: 'arn:aws:ssm:*:*:parameter/kiln/*' },
    ]);
    const s3 = new S3(config);
    expect(await (await s3.getObject({ Bucket: 'owned', Key: 'apps/a' })).Body?.transformToString()).toBe(
      'x',
    );
    await s3.listObjectsV2({ Bucket: 'owned' });
    await expect(s3.getObject({ Bucket: 'owned', Key: 'other' })).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/reader/s1 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::owned/other because no identity-based policy allows the s3:GetObject action',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(s3.putObject({ Bucket: 'owned', Key: 'apps/a', Body: 'y' })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    const ssm = new SSM(config);
    await expect(ssm.getParameter({ Name: '/kiln/x' })).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await expect(ssm.getParameter({ Name: '/other' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(new IAM(config).listRoles({})).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await new STS(config).getCallerIdentity({})).toMatchObject({
      Arn: 'arn:aws:sts::000000000000:assumed-role/reader/s1',
    });
    for (const client of [owner, s3, ssm]) client.destroy();
  });

  test('a version of an object needs its own permission', async () => {
    const owner = new S3(cloud.clientConfig);
    const Bucket = 'versioned';
    await owner.createBucket({ Bucket });
    await owner.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
    const { VersionId } = await owner.putObject({ Bucket, Key: 'a', Body: 'x' });
    const config = await assume('versions', [
      { Effect: 'Allow', Action: 's3:GetObjectVersion', Resource: `arn:aws:s3:::${Bucket}/*` },
    ]);
    const s3 = new S3(config);
    await expect(s3.headObject({ Bucket, Key: 'a', VersionId })).resolves.toBeDefined();
    await expect(s3.headObject({ Bucket, Key: 'a' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    owner.destroy();
    s3.destroy();
  });

  test('policies come back decoded, and errors with the names that templates rely on', async () => {
    const RoleName = 'described';
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }) });
    const { Role } = await iam.getRole({ RoleName });
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toMatchObject({
      Version: '2012-10-17',
    });
    await expect(iam.getRolePolicy({ RoleName, PolicyName: 'no' })).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(
      iam.createRole({ RoleName, AssumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }) }),
    ).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    await expect(iam.createRole({ RoleName: 'bad', AssumeRolePolicyDocument: '{}' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    await iam.putRolePolicy({
      RoleName,
      PolicyName: 'p',
      PolicyDocument: '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
    });
    await expect(iam.deleteRole({ RoleName })).rejects.toMatchObject({ name: 'DeleteConflictException' });
  });

  test('a role that does not trust the caller is not given', async () => {
    const { Role } = await iam.createRole({
      RoleName: 'closed',
      AssumeRolePolicyDocument: trust({ Service: 'lambda.amazonaws.com' }),
    });
    await expect(sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 's1' })).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  });
});
