import type { Call } from '../../service.ts';
import { invalidArgument, invalidRequest, methodNotAllowed, preconditionFailed } from './errors.ts';
import { findVersion } from './find-version.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRowWithData } from './object-table.ts';
import { checkReadConditions } from './preconditions.ts';

interface CopySource {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalidArgument(
      { ArgumentName: 'x-amz-copy-source', ArgumentValue: text },
      cause instanceof Error ? 'Invalid copy source encoding.' : undefined,
    );
  }
};

/** Reads `x-amz-copy-source`: `/bucket/key?versionId=id`, bucket and key URL-encoded. */
export const parseCopySource = (source = ''): { bucket: string; key: string; version?: string } => {
  const [, path = '', version] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(source) ?? [];
  const decoded = decode(path);
  const slash = decoded.indexOf('/');
  if (slash < 1 || slash === decoded.length - 1) {
    throw invalidArgument(
      { ArgumentName: 'x-amz-copy-source', ArgumentValue: source },
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return {
    bucket: decoded.slice(0, slash),
    key: decoded.slice(slash + 1),
    ...(version === undefined ? {} : { version }),
  };
};

/** The version that a copy reads, its conditions checked (any that fails is 412). */
export const findCopySource = (s3: ObjectStorage, input: CopySource, call: Call): ObjectRowWithData => {
  const { bucket, key, version } = parseCopySource(input.CopySource);
  const reference = {
    Bucket: bucket,
    Key: key,
    VersionId: version,
    ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
  };
  try {
    const row = findVersion(s3, reference, call);
    const conditions = {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    };
    checkReadConditions(conditions, row);
    return row;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'NotModified') throw preconditionFailed();
    if (error.code === methodNotAllowed().code) {
      throw invalidRequest(
        {},
        'The source of a copy request may not specifically refer to a delete marker by version id.',
      );
    }
    throw error;
  }
};
