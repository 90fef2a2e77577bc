import { invalidArgument } from './errors.ts';
import { afterKey, afterPrefix, commonPrefixOf, encodeKey, listingQuery, listPage } from './key-listing.ts';
import { parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRow } from './object-table.ts';
import type { Input, Output } from './operation-types.ts';

type Row = ObjectRow & { readonly latest: 0 | 1 };

const entry = (
  s3: ObjectStorage,
  row: Row,
  encode: (key: string) => string,
): NonNullable<Output<'ListObjectVersions'>['DeleteMarkers']>[number] => ({
  Key: encode(row.key),
  VersionId: row.version,
  IsLatest: row.latest === 1,
  LastModified: new Date(row.modified),
  Owner: s3.owner,
});

const version = (
  s3: ObjectStorage,
  row: Row,
  encode: (key: string) => string,
): NonNullable<Output<'ListObjectVersions'>['Versions']>[number] => {
  const { algorithm, checksumType } = parseDetails(row);
  return {
    ...entry(s3, row, encode),
    ETag: `"${row.etag}"`,
    Size: row.size,
    StorageClass: 'STANDARD',
    ...(algorithm === undefined ? {} : { ChecksumAlgorithm: [algorithm], ChecksumType: checksumType }),
  };
};

// Versions of the marked key at or above the marked version were on the page before.
const alreadySeen = (
  s3: ObjectStorage,
  bucket: string,
  keyMarker: string,
  versionMarker: string | undefined,
): ((row: Row) => boolean) => {
  if (versionMarker === undefined) return () => false;
  const marked = s3.objects.version(bucket, keyMarker, versionMarker);
  if (marked === undefined) {
    throw invalidArgument({ ArgumentName: 'version-id-marker' }, 'Invalid version id specified');
  }
  return (row) => row.key === keyMarker && row.sequence >= marked.sequence;
};

/** ListObjectVersions: by key, newest first, delete markers apart. */
export const listObjectVersions = (
  s3: ObjectStorage,
  input: Input<'ListObjectVersions'>,
): Output<'ListObjectVersions'> => {
  const { name } = s3.buckets.need(input);
  const query = listingQuery(input);
  const { KeyMarker: keyMarker = '', EncodingType: encodingType } = input;
  const versionMarker = input.VersionIdMarker === '' ? undefined : input.VersionIdMarker;
  if (versionMarker !== undefined && keyMarker === '') {
    throw invalidArgument(
      { ArgumentName: 'version-id-marker' },
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  const rolled = commonPrefixOf(keyMarker, query) === keyMarker ? afterPrefix(keyMarker) : undefined;
  const afterMarker = versionMarker === undefined ? (rolled ?? afterKey(keyMarker)) : keyMarker;
  const page = listPage<Row>(
    query,
    keyMarker === '' ? '' : afterMarker,
    (from) => s3.objects.versions(name, from),
    alreadySeen(s3, name, keyMarker, versionMarker),
  );
  const encode = encodeKey(encodingType);
  const versions = page.rows.filter((row) => row.marker === 0);
  const markers = page.rows.filter((row) => row.marker === 1);
  const lastRow = page.rows.at(-1);
  return {
    Name: name,
    Prefix: encode(query.prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker ?? '',
    MaxKeys: query.maxKeys,
    IsTruncated: page.truncated,
    ...(query.delimiter === '' ? {} : { Delimiter: encode(query.delimiter) }),
    ...(encodingType === undefined ? {} : { EncodingType: encodingType }),
    ...(versions.length === 0 ? {} : { Versions: versions.map((row) => version(s3, row, encode)) }),
    ...(markers.length === 0 ? {} : { DeleteMarkers: markers.map((row) => entry(s3, row, encode)) }),
    ...(page.prefixes.length === 0
      ? {}
      : { CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })) }),
    ...(page.truncated && page.last !== undefined ? { NextKeyMarker: encode(page.last) } : {}),
    ...(page.truncated && lastRow !== undefined && page.last === lastRow.key
      ? { NextVersionIdMarker: lastRow.version }
      : {}),
  };
};
