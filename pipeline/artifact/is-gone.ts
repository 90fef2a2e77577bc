import { S3ServiceException } from '@aws-sdk/client-s3';

/** Whether S3 says that a version of an object is not there: deleted (404), or a delete marker (405). */
export const isGone = (error: unknown): boolean =>
  error instanceof S3ServiceException && [404, 405].includes(error.$metadata.httpStatusCode ?? 0);
