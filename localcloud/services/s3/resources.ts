import type * as S3 from '@aws-sdk/client-s3';
import type { OperationsOf, ResourcesOf } from '../../service.ts';

interface Reference {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
}

const bucket = ({ Bucket = '' }: Reference): readonly string[] => [`arn:aws:s3:::${Bucket}`];
const object = ({ Bucket = '', Key = '' }: Reference): readonly string[] => [`arn:aws:s3:::${Bucket}/${Key}`];

/** The bucket or object that each operation is checked against ("Actions defined by Amazon S3"). */
export const resources: ResourcesOf<OperationsOf<typeof S3>> = {
  CreateBucket: bucket,
  HeadBucket: bucket,
  DeleteBucket: bucket,
  GetBucketLocation: bucket,
  PutBucketVersioning: bucket,
  GetBucketVersioning: bucket,
  PutBucketNotificationConfiguration: bucket,
  GetBucketNotificationConfiguration: bucket,
  PutBucketPolicy: bucket,
  GetBucketPolicy: bucket,
  DeleteBucketPolicy: bucket,
  PutPublicAccessBlock: bucket,
  GetPublicAccessBlock: bucket,
  DeletePublicAccessBlock: bucket,
  PutBucketEncryption: bucket,
  GetBucketEncryption: bucket,
  PutBucketOwnershipControls: bucket,
  GetBucketOwnershipControls: bucket,
  DeleteBucketOwnershipControls: bucket,
  PutBucketTagging: bucket,
  GetBucketTagging: bucket,
  DeleteBucketTagging: bucket,
  PutBucketLifecycleConfiguration: bucket,
  GetBucketLifecycleConfiguration: bucket,
  DeleteBucketLifecycle: bucket,
  ListObjects: bucket,
  ListObjectsV2: bucket,
  ListObjectVersions: bucket,
  ListMultipartUploads: bucket,
  PutObject: object,
  GetObject: object,
  HeadObject: object,
  DeleteObject: object,
  DeleteObjects: ({ Bucket = '', Delete }) =>
    (Delete?.Objects ?? []).map(({ Key = '' }) => `arn:aws:s3:::${Bucket}/${Key}`),
  CopyObject: object,
  GetObjectTagging: object,
  PutObjectTagging: object,
  DeleteObjectTagging: object,
  GetObjectAttributes: object,
  CreateMultipartUpload: object,
  UploadPart: object,
  UploadPartCopy: object,
  CompleteMultipartUpload: object,
  AbortMultipartUpload: object,
  ListParts: object,
};
