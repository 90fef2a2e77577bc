import type { Call } from '../../service.ts';
import {
  accessDenied,
  invalidArgument,
  methodNotAllowed,
  noSuchKey,
  noSuchVersion,
  notFound,
} from './errors.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRowWithData } from './object-table.ts';

interface VersionReference {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

const checkVersionId = (version: string): void => {
  if (version === '') {
    throw invalidArgument({ ArgumentName: 'versionId' }, 'Version id cannot be the empty string');
  }
  if (version !== 'null' && !/^[A-Za-z0-9._-]{1,1024}$/.test(version)) {
    throw invalidArgument(
      { ArgumentName: 'versionId', ArgumentValue: version },
      'Invalid version id specified',
    );
  }
};

// Whether a key exists is only told to those who may list the bucket ("GetObject", Permissions).
const absent = (s3: ObjectStorage, call: Call, bucket: string, key: string): Error =>
  s3.context.backplane.refusal(call.caller, 's3:ListBucket', [`arn:aws:s3:::${bucket}`]) === undefined
    ? noSuchKey({ Key: key })
    : accessDenied();

/** The version that a read names, the latest unless told. Throws for delete markers as Amazon S3 does. */
export const findVersion = (
  s3: ObjectStorage,
  reference: VersionReference,
  call: Call,
): ObjectRowWithData => {
  const { name } = s3.buckets.need(reference);
  const { Key: key = '', VersionId: version } = reference;
  if (version === undefined) {
    const row = s3.objects.latest(name, key);
    if (row === undefined || row.marker === 1) throw absent(s3, call, name, key);
    return row;
  }
  checkVersionId(version);
  const row = s3.objects.version(name, key, version);
  if (row === undefined) throw noSuchVersion({ Key: key, VersionId: version });
  if (row.marker === 1)
    throw methodNotAllowed({ Method: 'GET', ResourceType: 'DeleteMarker', DeleteMarker: true });
  return row;
};

/** Runs a HEAD: without a body, a missing bucket, key or version is just 404 NotFound. */
export const asHead = <R>(find: () => R): R => {
  try {
    return find();
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 404) throw notFound();
    throw error;
  }
};
