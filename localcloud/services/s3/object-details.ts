import type { StorageClass } from '@aws-sdk/client-s3';
import type { Algorithm } from './checksums.ts';
import { invalidTag, metadataTooLarge } from './errors.ts';

/** What is kept of an object besides its bytes and the columns of its row. */
export interface ObjectDetails {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  /** As the client wrote it. */
  readonly expires?: string;
  readonly redirect?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly storageClass?: StorageClass;
  readonly tags?: Readonly<Record<string, string>>;
  readonly algorithm?: Algorithm;
  readonly checksum?: string;
  /** COMPOSITE: a checksum of the parts' checksums. */
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /** Number of parts, where the object was uploaded in parts. */
  readonly partsCount?: number;
}

/** The members of PutObject, CopyObject and CreateMultipartUpload that describe the object. */
export interface DescribedObject {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly StorageClass?: StorageClass | undefined;
  readonly Tagging?: string | undefined;
}

// "Object metadata", Amazon S3 User Guide: 2 KB of user-defined metadata, counted in UTF-8 bytes of keys and values.
const metadataBytes = 2048;
// "Categorizing your objects using tags": 10 tags, key 128 and value 256 characters.
const maxTags = 10;

/** Throws InvalidTag when the tags break a limit. */
export const checkTags = (
  tags: readonly (readonly [key: string, value: string])[],
): Record<string, string> => {
  if (tags.length > maxTags) throw invalidTag({}, 'Object tags cannot be greater than 10');
  for (const [key, value] of tags) {
    if (key.length === 0 || key.length > 128)
      throw invalidTag({ TagKey: key }, 'The TagKey you have provided is invalid');
    if (value.length > 256)
      throw invalidTag({ TagValue: value }, 'The TagValue you have provided is invalid');
  }
  const distinct = Object.fromEntries(tags);
  if (Object.keys(distinct).length < tags.length) {
    throw invalidTag({}, 'Cannot provide multiple Tags with the same key');
  }
  return distinct;
};

// The wire form of a signed streaming upload, not a property of the object.
const storedEncoding = (encoding: string): string =>
  encoding
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',');

const checkMetadata = (metadata: Readonly<Record<string, string>>): void => {
  const size = Object.entries(metadata).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > metadataBytes) throw metadataTooLarge({ Size: size, MaxSizeAllowed: metadataBytes });
};

const withoutUndefined = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** Reads the description out of a request. */
export const detailsOf = (input: DescribedObject): ObjectDetails => {
  const metadata = input.Metadata ?? {};
  checkMetadata(metadata);
  const tags = input.Tagging === undefined ? undefined : checkTags([...new URLSearchParams(input.Tagging)]);
  const encoding = storedEncoding(input.ContentEncoding ?? '');
  return withoutUndefined({
    contentType: input.ContentType,
    contentEncoding: encoding === '' ? undefined : encoding,
    contentDisposition: input.ContentDisposition,
    contentLanguage: input.ContentLanguage,
    cacheControl: input.CacheControl,
    expires: input.Expires?.toUTCString(),
    redirect: input.WebsiteRedirectLocation,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    storageClass: input.StorageClass === 'STANDARD' ? undefined : input.StorageClass,
    tags,
  }) as ObjectDetails;
};

/** Reads the details of a row. */
export const parseDetails = (row: { readonly details: string }): ObjectDetails =>
  JSON.parse(row.details) as ObjectDetails;
