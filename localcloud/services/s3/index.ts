import * as S3 from '@aws-sdk/client-s3';
import type { CloudContext } from '../../cloud-context.ts';
import { defineService, type Service } from '../../service.ts';
import * as settings from './bucket-settings.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { completeMultipartUpload } from './complete-upload.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject, headObject } from './get-object.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { abortMultipartUpload, createMultipartUpload, listMultipartUploads } from './multipart-uploads.ts';
import { getObjectAttributes } from './object-attributes.ts';
import { openObjectStorage } from './object-storage.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tags.ts';
import { putObject } from './put-object.ts';
import { resources } from './resources.ts';
import { listParts, uploadPart, uploadPartCopy } from './upload-parts.ts';

/** Amazon S3. */
export const createS3 = (context: CloudContext): Service => {
  const s3 = openObjectStorage(context);
  return defineService(S3, {
    name: 's3',
    signingName: 's3',
    protocol: 'rest-xml',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  })(
    {
      CreateBucket: (input) => createBucket(s3, input),
      HeadBucket: (input) => headBucket(s3, input),
      DeleteBucket: (input) => deleteBucket(s3, input),
      ListBuckets: (input) => listBuckets(s3, input),
      GetBucketLocation: (input) => getBucketLocation(s3, input),
      PutBucketVersioning: (input) => settings.putBucketVersioning(s3, input),
      GetBucketVersioning: (input) => settings.getBucketVersioning(s3, input),
      PutBucketNotificationConfiguration: (input) => settings.putBucketNotificationConfiguration(s3, input),
      GetBucketNotificationConfiguration: (input) => settings.getBucketNotificationConfiguration(s3, input),
      PutBucketPolicy: (input) => settings.putBucketPolicy(s3, input),
      GetBucketPolicy: (input) => settings.getBucketPolicy(s3, input),
      DeleteBucketPolicy: (input) => settings.deleteBucketPolicy(s3, input),
      PutPublicAccessBlock: (input) => settings.putPublicAccessBlock(s3, input),
      GetPublicAccessBlock: (input) => settings.getPublicAccessBlock(s3, input),
      DeletePublicAccessBlock: (input) => settings.deletePublicAccessBlock(s3, input),
      PutBucketEncryption: (input) => settings.putBucketEncryption(s3, input),
      GetBucketEncryption: (input) => settings.getBucketEncryption(s3, input),
      PutBucketOwnershipControls: (input) => settings.putBucketOwnershipControls(s3, input),
      GetBucketOwnershipControls: (input) => settings.getBucketOwnershipControls(s3, input),
      DeleteBucketOwnershipControls: (input) => settings.deleteBucketOwnershipControls(s3, input),
      PutBucketTagging: (input) => settings.putBucketTagging(s3, input),
      GetBucketTagging: (input) => settings.getBucketTagging(s3, input),
      DeleteBucketTagging: (input) => settings.deleteBucketTagging(s3, input),
      PutBucketLifecycleConfiguration: (input) => settings.putBucketLifecycleConfiguration(s3, input),
      GetBucketLifecycleConfiguration: (input) => settings.getBucketLifecycleConfiguration(s3, input),
      DeleteBucketLifecycle: (input) => settings.deleteBucketLifecycle(s3, input),
      PutObject: (input, call) => putObject(s3, input, call),
      GetObject: (input, call) => getObject(s3, input, call),
      HeadObject: (input, call) => headObject(s3, input, call),
      DeleteObject: (input, call) => deleteObject(s3, input, call),
      DeleteObjects: (input, call) => deleteObjects(s3, input, call),
      CopyObject: (input, call) => copyObject(s3, input, call),
      ListObjects: (input) => listObjects(s3, input),
      ListObjectsV2: (input) => listObjectsV2(s3, input),
      ListObjectVersions: (input) => listObjectVersions(s3, input),
      GetObjectTagging: (input, call) => getObjectTagging(s3, input, call),
      PutObjectTagging: (input, call) => putObjectTagging(s3, input, call),
      DeleteObjectTagging: (input, call) => deleteObjectTagging(s3, input, call),
      GetObjectAttributes: (input, call) => getObjectAttributes(s3, input, call),
      CreateMultipartUpload: (input) => createMultipartUpload(s3, input),
      UploadPart: (input) => uploadPart(s3, input),
      UploadPartCopy: (input, call) => uploadPartCopy(s3, input, call),
      CompleteMultipartUpload: (input, call) => completeMultipartUpload(s3, input, call),
      AbortMultipartUpload: (input) => abortMultipartUpload(s3, input),
      ListParts: (input) => listParts(s3, input),
      ListMultipartUploads: (input) => listMultipartUploads(s3, input),
    },
    {
      resources,
      lifecycle: {
        start: async () => s3.sweep(),
        stop: () => s3.log.close(),
      },
    },
  );
};
