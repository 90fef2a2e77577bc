import type {
  BucketVersioningStatus,
  LifecycleRule,
  NotificationConfiguration,
  OwnershipControls,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  Tag,
} from '@aws-sdk/client-s3';
import {
  malformedPolicy,
  noSuchBucketPolicy,
  noSuchLifecycleConfiguration,
  noSuchPublicAccessBlockConfiguration,
  noSuchTagSet,
  ownershipControlsNotFound,
} from './errors.ts';
import type { Input, Output } from './operation-types.ts';
import type { ObjectStorage } from './object-storage.ts';

/** Everything that can be configured on a bucket; null removes a setting. Only versioning and notifications have effects. */
export interface BucketSettings {
  readonly versioning?: BucketVersioningStatus;
  readonly notifications?: NotificationConfiguration;
  readonly policy?: string | null;
  readonly publicAccessBlock?: PublicAccessBlockConfiguration | null;
  readonly encryption?: ServerSideEncryptionConfiguration;
  readonly ownership?: OwnershipControls | null;
  readonly tags?: readonly Tag[] | null;
  readonly lifecycle?: readonly LifecycleRule[] | null;
}

const defaultEncryption: ServerSideEncryptionConfiguration = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

/** PutBucketVersioning. */
export const putBucketVersioning = (
  s3: ObjectStorage,
  input: Input<'PutBucketVersioning'>,
): Output<'PutBucketVersioning'> => {
  const status = input.VersioningConfiguration?.Status;
  s3.buckets.update(s3.buckets.need(input), status === undefined ? {} : { versioning: status });
  return {};
};

/** GetBucketVersioning; empty when versioning was never enabled. */
export const getBucketVersioning = (
  s3: ObjectStorage,
  input: Input<'GetBucketVersioning'>,
): Output<'GetBucketVersioning'> => {
  const { versioning } = s3.buckets.need(input).settings;
  return versioning === undefined ? {} : { Status: versioning };
};

/** PutBucketNotificationConfiguration: `EventBridgeConfiguration` turns on events; other targets are stored and not served. */
export const putBucketNotificationConfiguration = (
  s3: ObjectStorage,
  input: Input<'PutBucketNotificationConfiguration'>,
): Output<'PutBucketNotificationConfiguration'> => {
  s3.buckets.update(s3.buckets.need(input), { notifications: input.NotificationConfiguration ?? {} });
  return {};
};

/** GetBucketNotificationConfiguration. */
export const getBucketNotificationConfiguration = (
  s3: ObjectStorage,
  input: Input<'GetBucketNotificationConfiguration'>,
): Output<'GetBucketNotificationConfiguration'> => s3.buckets.need(input).settings.notifications ?? {};

/** PutBucketPolicy: stored, not evaluated (callers are of the same account, where a role's policies suffice). */
export const putBucketPolicy = (
  s3: ObjectStorage,
  input: Input<'PutBucketPolicy'>,
): Output<'PutBucketPolicy'> => {
  const policy = input.Policy ?? '';
  try {
    JSON.parse(policy);
  } catch {
    throw malformedPolicy();
  }
  s3.buckets.update(s3.buckets.need(input), { policy });
  return {};
};

/** GetBucketPolicy. */
export const getBucketPolicy = (
  s3: ObjectStorage,
  input: Input<'GetBucketPolicy'>,
): Output<'GetBucketPolicy'> => {
  const { name, settings } = s3.buckets.need(input);
  if (typeof settings.policy !== 'string') throw noSuchBucketPolicy({ BucketName: name });
  return { Policy: settings.policy };
};

/** DeleteBucketPolicy. */
export const deleteBucketPolicy = (
  s3: ObjectStorage,
  input: Input<'DeleteBucketPolicy'>,
): Output<'DeleteBucketPolicy'> => {
  s3.buckets.update(s3.buckets.need(input), { policy: null });
  return {};
};

/** PutPublicAccessBlock. */
export const putPublicAccessBlock = (
  s3: ObjectStorage,
  input: Input<'PutPublicAccessBlock'>,
): Output<'PutPublicAccessBlock'> => {
  const {
    BlockPublicAcls = false,
    IgnorePublicAcls = false,
    BlockPublicPolicy = false,
    RestrictPublicBuckets = false,
  } = input.PublicAccessBlockConfiguration ?? {};
  const publicAccessBlock = { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets };
  s3.buckets.update(s3.buckets.need(input), { publicAccessBlock });
  return {};
};

/** GetPublicAccessBlock. */
export const getPublicAccessBlock = (
  s3: ObjectStorage,
  input: Input<'GetPublicAccessBlock'>,
): Output<'GetPublicAccessBlock'> => {
  const { name, settings } = s3.buckets.need(input);
  if (!settings.publicAccessBlock) throw noSuchPublicAccessBlockConfiguration({ BucketName: name });
  return { PublicAccessBlockConfiguration: settings.publicAccessBlock };
};

/** DeletePublicAccessBlock. */
export const deletePublicAccessBlock = (
  s3: ObjectStorage,
  input: Input<'DeletePublicAccessBlock'>,
): Output<'DeletePublicAccessBlock'> => {
  s3.buckets.update(s3.buckets.need(input), { publicAccessBlock: null });
  return {};
};

/** PutBucketEncryption: stored; objects lie on the disk as they came. */
export const putBucketEncryption = (
  s3: ObjectStorage,
  input: Input<'PutBucketEncryption'>,
): Output<'PutBucketEncryption'> => {
  const encryption = input.ServerSideEncryptionConfiguration ?? defaultEncryption;
  s3.buckets.update(s3.buckets.need(input), { encryption });
  return {};
};

/** GetBucketEncryption; AES256 by default since January 2023. */
export const getBucketEncryption = (
  s3: ObjectStorage,
  input: Input<'GetBucketEncryption'>,
): Output<'GetBucketEncryption'> => ({
  ServerSideEncryptionConfiguration: s3.buckets.need(input).settings.encryption ?? defaultEncryption,
});

/** PutBucketOwnershipControls: stored; there are no ACLs. */
export const putBucketOwnershipControls = (
  s3: ObjectStorage,
  input: Input<'PutBucketOwnershipControls'>,
): Output<'PutBucketOwnershipControls'> => {
  s3.buckets.update(s3.buckets.need(input), { ownership: input.OwnershipControls ?? null });
  return {};
};

/** GetBucketOwnershipControls. */
export const getBucketOwnershipControls = (
  s3: ObjectStorage,
  input: Input<'GetBucketOwnershipControls'>,
): Output<'GetBucketOwnershipControls'> => {
  const { name, settings } = s3.buckets.need(input);
  if (!settings.ownership) throw ownershipControlsNotFound({ BucketName: name });
  return { OwnershipControls: settings.ownership };
};

/** DeleteBucketOwnershipControls. */
export const deleteBucketOwnershipControls = (
  s3: ObjectStorage,
  input: Input<'DeleteBucketOwnershipControls'>,
): Output<'DeleteBucketOwnershipControls'> => {
  s3.buckets.update(s3.buckets.need(input), { ownership: null });
  return {};
};

/** PutBucketTagging. */
export const putBucketTagging = (
  s3: ObjectStorage,
  input: Input<'PutBucketTagging'>,
): Output<'PutBucketTagging'> => {
  s3.buckets.update(s3.buckets.need(input), { tags: input.Tagging?.TagSet ?? [] });
  return {};
};

/** GetBucketTagging. */
export const getBucketTagging = (
  s3: ObjectStorage,
  input: Input<'GetBucketTagging'>,
): Output<'GetBucketTagging'> => {
  const { name, settings } = s3.buckets.need(input);
  if (!settings.tags) throw noSuchTagSet({ BucketName: name });
  return { TagSet: [...settings.tags] };
};

/** DeleteBucketTagging. */
export const deleteBucketTagging = (
  s3: ObjectStorage,
  input: Input<'DeleteBucketTagging'>,
): Output<'DeleteBucketTagging'> => {
  s3.buckets.update(s3.buckets.need(input), { tags: null });
  return {};
};

/** PutBucketLifecycleConfiguration: stored; nothing expires by itself. */
export const putBucketLifecycleConfiguration = (
  s3: ObjectStorage,
  input: Input<'PutBucketLifecycleConfiguration'>,
): Output<'PutBucketLifecycleConfiguration'> => {
  s3.buckets.update(s3.buckets.need(input), { lifecycle: input.LifecycleConfiguration?.Rules ?? [] });
  return {};
};

/** GetBucketLifecycleConfiguration. */
export const getBucketLifecycleConfiguration = (
  s3: ObjectStorage,
  input: Input<'GetBucketLifecycleConfiguration'>,
): Output<'GetBucketLifecycleConfiguration'> => {
  const { name, settings } = s3.buckets.need(input);
  if (!settings.lifecycle) throw noSuchLifecycleConfiguration({ BucketName: name });
  // Dates come back from the store as text.
  const rules = settings.lifecycle.map((rule) => ({
    ...rule,
    ...(rule.Expiration?.Date === undefined
      ? {}
      : { Expiration: { ...rule.Expiration, Date: new Date(rule.Expiration.Date) } }),
  }));
  return { Rules: rules };
};

/** DeleteBucketLifecycle. */
export const deleteBucketLifecycle = (
  s3: ObjectStorage,
  input: Input<'DeleteBucketLifecycle'>,
): Output<'DeleteBucketLifecycle'> => {
  s3.buckets.update(s3.buckets.need(input), { lifecycle: null });
  return {};
};
