import * as S3 from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { permissionsOf } from '#localcloud/gateway/action-names';
import { authorise } from '#localcloud/gateway/authorise';
import type { Caller } from '#localcloud/identity';
import type { PeerName } from '#localcloud/service';
import { defineService } from '#localcloud/service';

const scope = { region: 'eu-central-1', accountId: '000000000000' };
const role: Caller = { kind: 'role', arn: 'arn:role', accountId: scope.accountId, roleName: 'role' };

const actions = (
  service: PeerName,
  operation: string,
  input: Readonly<Record<string, unknown>> = {},
): string[] => permissionsOf(service, operation, input, scope).map(({ action }) => action);

describe('permissionsOf', () => {
  test.each([
    ['s3', 'ListObjectsV2', {}, ['s3:ListBucket']],
    ['s3', 'HeadObject', {}, ['s3:GetObject']],
    ['s3', 'GetObject', { VersionId: '1' }, ['s3:GetObjectVersion']],
    ['s3', 'UploadPart', {}, ['s3:PutObject']],
    ['s3', 'PutObject', { Tagging: 'a=b' }, ['s3:PutObject', 's3:PutObjectTagging']],
    [
      's3',
      'DeleteObjects',
      { Delete: { Objects: [{ Key: 'a', VersionId: '1' }] } },
      ['s3:DeleteObjectVersion'],
    ],
    ['lambda', 'Invoke', {}, ['lambda:InvokeFunction']],
    ['lambda', 'CreateFunction', { Role: 'arn:r' }, ['lambda:CreateFunction', 'iam:PassRole']],
    ['states', 'StartExecution', {}, ['states:StartExecution']],
    ['sts', 'GetCallerIdentity', {}, []],
    ['ec2', 'RunInstances', {}, ['ec2:RunInstances']],
    [
      'autoscaling',
      'LaunchInstances',
      {},
      ['autoscaling:LaunchInstances', 'ec2:CreateFleet', 'ec2:DescribeLaunchTemplateVersions'],
    ],
  ] as const)('%s %s with %j needs %j', (service, operation, input, expected) => {
    expect(actions(service, operation, input)).toEqual(expected);
  });

  test('copying reads the source and writes the target', () => {
    const input = { CopySource: '/from/a%20b?versionId=1', Bucket: 'to', Key: 'k' };
    expect(permissionsOf('s3', 'CopyObject', input, scope)).toEqual([
      { action: 's3:GetObjectVersion', resources: ['arn:aws:s3:::from/a b'] },
      { action: 's3:PutObject' },
    ]);
  });

  test('tagging on creation needs the permission to tag', () => {
    const input = { TagSpecifications: [{ ResourceType: 'instance' }, { ResourceType: 'volume' }] };
    expect(permissionsOf('ec2', 'RunInstances', input, scope)[1]).toEqual({
      action: 'ec2:CreateTags',
      resources: [
        'arn:aws:ec2:eu-central-1:000000000000:instance/*',
        'arn:aws:ec2:eu-central-1:000000000000:volume/*',
      ],
    });
  });
});

describe('authorise', () => {
  const service = defineService(S3, { name: 's3', signingName: 's3', protocol: 'rest-xml' })(
    {},
    { resources: { GetObject: ({ Bucket, Key }) => [`arn:aws:s3:::${Bucket}/${Key}`] } },
  );
  const check = (
    caller: Caller,
    operation: string,
    allowed: (action: string, resources: readonly string[]) => boolean,
  ) =>
    authorise(
      {
        ...scope,
        backplane: { refusal: (_c, action, resources) => (allowed(action, resources) ? undefined : 'no') },
      },
      service,
      operation,
      { Bucket: 'b', Key: 'k' },
      caller,
    );

  test('asks for the resources that the service names, or for any', () => {
    const asked: unknown[] = [];
    const allow = (...question: unknown[]): boolean => asked.push(question) > 0;
    check(role, 'GetObject', allow);
    check(role, 'ListBuckets', allow);
    expect(asked).toEqual([
      ['s3:GetObject', ['arn:aws:s3:::b/k']],
      ['s3:ListAllMyBuckets', ['*']],
    ]);
  });

  test('throws the refusal as the protocol reports it', () => {
    expect(() => check(role, 'GetObject', () => false)).toThrow(
      expect.objectContaining({ code: 'AccessDenied', status: 403, message: 'no' }),
    );
  });

  test.each(['root', 'service'] as const)('does not ask for a caller of kind %s', (kind) => {
    expect(() => check({ ...role, kind }, 'GetObject', () => false)).not.toThrow();
  });
});
