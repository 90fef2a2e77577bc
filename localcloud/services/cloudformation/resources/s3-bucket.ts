import type {
  BucketVersioningStatus,
  LifecycleRule,
  ObjectOwnership,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { tagsShape } from '../property-shape.ts';
import type { MadeResource, ResourceScope, Tag } from '../resource-type.ts';
import { resourceType } from '../resource-type.ts';

interface BucketRule {
  readonly Id?: string;
  readonly Status: 'Enabled' | 'Disabled';
  readonly Prefix?: string;
  readonly ExpirationInDays?: number;
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
  readonly NoncurrentVersionExpirationInDays?: number;
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number };
}

interface Bucket {
  readonly BucketName?: string;
  readonly VersioningConfiguration?: { readonly Status: BucketVersioningStatus };
  readonly NotificationConfiguration?: {
    readonly EventBridgeConfiguration?: { readonly EventBridgeEnabled?: boolean };
  };
  readonly PublicAccessBlockConfiguration?: PublicAccessBlockConfiguration;
  readonly OwnershipControls?: { readonly Rules: { readonly ObjectOwnership: ObjectOwnership }[] };
  readonly BucketEncryption?: { readonly ServerSideEncryptionConfiguration: ServerSideEncryptionRule[] };
  readonly LifecycleConfiguration?: { readonly Rules: readonly BucketRule[] };
  readonly Tags?: readonly Tag[];
}

const lifecycleRule = (rule: BucketRule): LifecycleRule => {
  const noncurrent =
    rule.NoncurrentVersionExpiration?.NoncurrentDays ?? rule.NoncurrentVersionExpirationInDays;
  return {
    ...(rule.Id === undefined ? {} : { ID: rule.Id }),
    Status: rule.Status,
    Filter: { Prefix: rule.Prefix ?? '' },
    ...(rule.ExpirationInDays === undefined ? {} : { Expiration: { Days: rule.ExpirationInDays } }),
    ...(noncurrent === undefined ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: noncurrent } }),
    ...(rule.AbortIncompleteMultipartUpload === undefined
      ? {}
      : { AbortIncompleteMultipartUpload: { ...rule.AbortIncompleteMultipartUpload } }),
  };
};

/** Brings the bucket's settings from what they were to what the template says; absent means AWS's default. */
const configure = async (name: string, next: Bucket, before: Bucket, scope: ResourceScope): Promise<void> => {
  const { call } = scope;
  const { s3 } = scope.peers;
  const had = (property: keyof Bucket): boolean => before[property] !== undefined;
  if (next.VersioningConfiguration !== undefined || had('VersioningConfiguration')) {
    const Status = next.VersioningConfiguration?.Status ?? 'Suspended';
    await s3.PutBucketVersioning({ Bucket: name, VersioningConfiguration: { Status } }, call);
  }
  if (next.PublicAccessBlockConfiguration !== undefined) {
    const { PublicAccessBlockConfiguration } = next;
    await s3.PutPublicAccessBlock({ Bucket: name, PublicAccessBlockConfiguration }, call);
  } else if (had('PublicAccessBlockConfiguration')) {
    await s3.DeletePublicAccessBlock({ Bucket: name }, call);
  }
  if (next.OwnershipControls !== undefined) {
    await s3.PutBucketOwnershipControls({ Bucket: name, OwnershipControls: next.OwnershipControls }, call);
  } else if (had('OwnershipControls')) {
    await s3.DeleteBucketOwnershipControls({ Bucket: name }, call);
  }
  if (next.BucketEncryption !== undefined) {
    const Rules = next.BucketEncryption.ServerSideEncryptionConfiguration;
    await s3.PutBucketEncryption({ Bucket: name, ServerSideEncryptionConfiguration: { Rules } }, call);
  }
  if (next.LifecycleConfiguration !== undefined) {
    const Rules = next.LifecycleConfiguration.Rules.map(lifecycleRule);
    await s3.PutBucketLifecycleConfiguration({ Bucket: name, LifecycleConfiguration: { Rules } }, call);
  } else if (had('LifecycleConfiguration')) {
    await s3.DeleteBucketLifecycle({ Bucket: name }, call);
  }
  if (next.NotificationConfiguration !== undefined || had('NotificationConfiguration')) {
    const eventBridge = next.NotificationConfiguration?.EventBridgeConfiguration;
    const enabled = eventBridge !== undefined && eventBridge.EventBridgeEnabled !== false;
    const NotificationConfiguration = enabled ? { EventBridgeConfiguration: {} } : {};
    await s3.PutBucketNotificationConfiguration({ Bucket: name, NotificationConfiguration }, call);
  }
  const TagSet = scope.tags(next.Tags);
  if (TagSet.length > 0) await s3.PutBucketTagging({ Bucket: name, Tagging: { TagSet } }, call);
  else if (had('Tags')) await s3.DeleteBucketTagging({ Bucket: name }, call);
};

const made = (name: string, { context }: ResourceScope): MadeResource => ({
  physicalId: name,
  attributes: {
    Arn: `arn:aws:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
  },
});

/** `AWS::S3::Bucket` */
export const s3Bucket = resourceType<Bucket>({
  type: 'AWS::S3::Bucket',
  properties: {
    BucketName: 'string',
    VersioningConfiguration: { Status: 'string' },
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: 'boolean' } },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: 'boolean',
      BlockPublicPolicy: 'boolean',
      IgnorePublicAcls: 'boolean',
      RestrictPublicBuckets: 'boolean',
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'string' }] },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: 'boolean',
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'string', KMSMasterKeyID: 'string' },
        },
      ],
    },
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'string',
          Status: 'string',
          Prefix: 'string',
          ExpirationInDays: 'number',
          NoncurrentVersionExpiration: { NoncurrentDays: 'number' },
          NoncurrentVersionExpirationInDays: 'number',
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 'number' },
        },
      ],
    },
    Tags: tagsShape,
  },
  required: [],
  replacing: ['BucketName'],
  attributes: ['Arn', 'DomainName', 'RegionalDomainName'],
  create: async (properties, scope) => {
    const name = properties.BucketName ?? scope.generateName(63).toLowerCase();
    const { region } = scope.context;
    await scope.peers.s3.CreateBucket(
      {
        Bucket: name,
        // us-east-1 must not be named: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        ...(region === 'us-east-1'
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-central-1' } }),
      },
      scope.call,
    );
    scope.started(name);
    await configure(name, properties, {}, scope);
    return made(name, scope);
  },
  update: async (name, properties, previous, scope) => {
    await configure(name, properties, previous, scope);
    return made(name, scope);
  },
  delete: async (name, _, scope) => {
    await scope.peers.s3.DeleteBucket({ Bucket: name }, scope.call);
  },
});
