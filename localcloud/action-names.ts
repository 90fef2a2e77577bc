import type { PeerName } from './service.ts';

/** What a caller must be allowed to do. */
export interface Permission {
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** Resources other than those that the service names for the operation. */
  readonly resources?: readonly string[];
}

type Input = Readonly<Record<string, unknown>>;

const withVersion =
  (action: string) =>
  (input: Input): readonly Permission[] => [
    { action: input['VersionId'] === undefined ? `s3:${action}` : `s3:${action}Version` },
  ];

const copySource = (input: Input): readonly Permission[] => {
  const [source = '', query = ''] = String(input['CopySource'] ?? '').split('?');
  const path = decodeURIComponent(source.replace(/^\//, ''));
  const action = query.includes('versionId=') ? 's3:GetObjectVersion' : 's3:GetObject';
  return [{ action, resources: [`arn:aws:s3:::${path}`] }, { action: 's3:PutObject' }];
};

type Rule = string | readonly string[] | ((input: Input) => readonly Permission[]);

/**
 * Operations whose IAM actions are not `<prefix>:<Operation>`, from the tables "Actions defined by ..." of the Service
 * Authorization Reference. An empty list: the operation needs no permission.
 */
const exceptions: Partial<Readonly<Record<PeerName, Readonly<Record<string, Rule>>>>> = {
  s3: {
    AbortMultipartUpload: 'AbortMultipartUpload',
    CompleteMultipartUpload: 'PutObject',
    CopyObject: copySource,
    CreateMultipartUpload: 'PutObject',
    DeleteBucketCors: 'PutBucketCORS',
    DeleteBucketEncryption: 'PutEncryptionConfiguration',
    DeleteBucketLifecycle: 'PutLifecycleConfiguration',
    DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
    DeleteBucketTagging: 'PutBucketTagging',
    DeleteObject: withVersion('DeleteObject'),
    DeleteObjects: 'DeleteObject',
    DeleteObjectTagging: withVersion('DeleteObjectTagging'),
    DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
    GetBucketCors: 'GetBucketCORS',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
    GetBucketNotificationConfiguration: 'GetBucketNotification',
    GetObject: withVersion('GetObject'),
    GetObjectAttributes: withVersion('GetObject'),
    GetObjectTagging: withVersion('GetObjectTagging'),
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
    HeadBucket: 'ListBucket',
    HeadObject: withVersion('GetObject'),
    ListBuckets: 'ListAllMyBuckets',
    ListMultipartUploads: 'ListBucketMultipartUploads',
    ListObjects: 'ListBucket',
    ListObjectsV2: 'ListBucket',
    ListObjectVersions: 'ListBucketVersions',
    ListParts: 'ListMultipartUploadParts',
    PutBucketCors: 'PutBucketCORS',
    PutBucketEncryption: 'PutEncryptionConfiguration',
    PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
    PutBucketNotificationConfiguration: 'PutBucketNotification',
    PutObjectTagging: withVersion('PutObjectTagging'),
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    UploadPart: 'PutObject',
    UploadPartCopy: copySource,
  },
  lambda: {
    Invoke: 'InvokeFunction',
    InvokeWithResponseStream: 'InvokeFunction',
  },
  sts: {
    // A role's trust policy decides about these, or nothing at all.
    AssumeRoleWithSAML: [],
    AssumeRoleWithWebIdentity: [],
    GetCallerIdentity: [],
    GetSessionToken: [],
  },
};

/** The permissions that an operation needs; `prefix` is the service's prefix of IAM actions. */
export const permissionsOf = (
  service: PeerName,
  prefix: string,
  operation: string,
  input: Input,
): readonly Permission[] => {
  const rule = exceptions[service]?.[operation] ?? operation;
  if (typeof rule === 'function') return rule(input);
  const names = typeof rule === 'string' ? [rule] : rule;
  return names.map((name) => ({ action: `${prefix}:${name}` }));
};
