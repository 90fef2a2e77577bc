import { invalidArgument } from './errors.ts';
import { parseDetails } from './object-details.ts';
import {
  afterKey,
  afterPrefix,
  commonPrefixOf,
  encodeKey,
  type ListingPage,
  listingQuery,
  listPage,
} from './key-listing.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRow } from './object-table.ts';
import type { Input, Output } from './operation-types.ts';

type Listed = NonNullable<Output<'ListObjectsV2'>['Contents']>[number];

const describe = (row: ObjectRow, encode: (key: string) => string): Listed => {
  const { storageClass = 'STANDARD', algorithm, checksumType } = parseDetails(row);
  return {
    Key: encode(row.key),
    LastModified: new Date(row.modified),
    ETag: `"${row.etag}"`,
    Size: row.size,
    StorageClass: storageClass,
    ...(algorithm === undefined ? {} : { ChecksumAlgorithm: [algorithm], ChecksumType: checksumType }),
  };
};

const contents = (
  page: ListingPage<ObjectRow>,
  encode: (key: string) => string,
): Pick<Output<'ListObjectsV2'>, 'Contents' | 'CommonPrefixes' | 'IsTruncated'> => ({
  IsTruncated: page.truncated,
  ...(page.rows.length === 0 ? {} : { Contents: page.rows.map((row) => describe(row, encode)) }),
  ...(page.prefixes.length === 0
    ? {}
    : { CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })) }),
});

// Where the next page begins, marked so that a token made up by a client is recognised.
const tokenMark = 'k1:';

const encodeToken = (next: string): string => Buffer.from(`${tokenMark}${next}`).toString('base64');

const decodeToken = (token: string): string => {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith(tokenMark) || encodeToken(text.slice(tokenMark.length)) !== token) {
    throw invalidArgument(
      { ArgumentName: 'continuation-token' },
      'The continuation token provided is incorrect',
    );
  }
  return text.slice(tokenMark.length);
};

/** ListObjectsV2. */
export const listObjectsV2 = (s3: ObjectStorage, input: Input<'ListObjectsV2'>): Output<'ListObjectsV2'> => {
  const { name } = s3.buckets.need(input);
  const query = listingQuery(input);
  const { StartAfter: startAfter, ContinuationToken: token, EncodingType: encodingType } = input;
  const start = startAfter === undefined ? '' : afterKey(startAfter);
  const page = listPage(query, token === undefined ? start : decodeToken(token), (from) =>
    s3.objects.current(name, from),
  );
  const encode = encodeKey(encodingType);
  const listed = contents(page, encode);
  const described =
    input.FetchOwner === true
      ? listed.Contents?.map((each) => ({ ...each, Owner: s3.owner }))
      : listed.Contents;
  return {
    ...listed,
    ...(described === undefined ? {} : { Contents: described }),
    Name: name,
    Prefix: encode(query.prefix),
    MaxKeys: query.maxKeys,
    KeyCount: page.rows.length + page.prefixes.length,
    ...(query.delimiter === '' ? {} : { Delimiter: encode(query.delimiter) }),
    ...(startAfter === undefined ? {} : { StartAfter: encode(startAfter) }),
    ...(encodingType === undefined ? {} : { EncodingType: encodingType }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(page.next === undefined ? {} : { NextContinuationToken: encodeToken(page.next) }),
  };
};

/** ListObjects, the older form: pages continue after a marker, which may be a common prefix. */
export const listObjects = (s3: ObjectStorage, input: Input<'ListObjects'>): Output<'ListObjects'> => {
  const { name } = s3.buckets.need(input);
  const query = listingQuery(input);
  const { Marker: marker = '', EncodingType: encodingType } = input;
  const rolled = commonPrefixOf(marker, query) === marker ? afterPrefix(marker) : undefined;
  const start = marker === '' ? '' : (rolled ?? afterKey(marker));
  const page = listPage(query, start, (from) => s3.objects.current(name, from));
  const encode = encodeKey(encodingType);
  const listed = contents(page, encode);
  return {
    ...listed,
    ...(listed.Contents === undefined
      ? {}
      : { Contents: listed.Contents.map((each) => ({ ...each, Owner: s3.owner })) }),
    Name: name,
    Prefix: encode(query.prefix),
    Marker: encode(marker),
    MaxKeys: query.maxKeys,
    ...(query.delimiter === '' ? {} : { Delimiter: encode(query.delimiter) }),
    ...(encodingType === undefined ? {} : { EncodingType: encodingType }),
    // Only with a delimiter; without one clients take the last key.
    ...(page.truncated && query.delimiter !== '' && page.last !== undefined
      ? { NextMarker: encode(page.last) }
      : {}),
  };
};
