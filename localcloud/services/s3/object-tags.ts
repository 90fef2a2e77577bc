import type { Call } from '../../service.ts';
import { findVersion } from './find-version.ts';
import { checkTags, parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { Input, Output } from './operation-types.ts';

interface Reference {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

const setTags = (
  s3: ObjectStorage,
  input: Reference,
  call: Call,
  tags: Record<string, string>,
): { VersionId?: string } => {
  const row = findVersion(s3, input, call);
  s3.objects.replaceDetails(row.sequence, JSON.stringify({ ...parseDetails(row), tags }));
  return row.version === 'null' ? {} : { VersionId: row.version };
};

/** PutObjectTagging: replaces all tags of a version. */
export const putObjectTagging = (
  s3: ObjectStorage,
  input: Input<'PutObjectTagging'>,
  call: Call,
): Output<'PutObjectTagging'> => {
  const tags = (input.Tagging?.TagSet ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''] as const);
  return setTags(s3, input, call, checkTags(tags));
};

/** GetObjectTagging. */
export const getObjectTagging = (
  s3: ObjectStorage,
  input: Input<'GetObjectTagging'>,
  call: Call,
): Output<'GetObjectTagging'> => {
  const row = findVersion(s3, input, call);
  const { tags = {} } = parseDetails(row);
  return {
    TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(row.version === 'null' ? {} : { VersionId: row.version }),
  };
};

/** DeleteObjectTagging. */
export const deleteObjectTagging = (
  s3: ObjectStorage,
  input: Input<'DeleteObjectTagging'>,
  call: Call,
): Output<'DeleteObjectTagging'> => setTags(s3, input, call, {});
