import type { Call } from '../../service.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import type { Segment } from './body-files.ts';
import { checksumMember } from './checksums.ts';
import { invalidPartNumber, invalidRequest } from './errors.ts';
import { asHead, findVersion } from './find-version.ts';
import { type ObjectDetails, parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRowWithData } from './object-table.ts';
import type { Input, Output } from './operation-types.ts';
import { partOwner } from './part-table.ts';
import { checkReadConditions } from './preconditions.ts';

/** The stored files of a version that is not in memory, in order. */
export const segmentsOf = (s3: ObjectStorage, row: ObjectRowWithData): readonly Segment[] =>
  row.file === null ? s3.parts.parts(partOwner(row.sequence)) : [{ file: row.file, size: row.size }];

// The range of one part; an object that was not uploaded in parts is its own part 1.
const partRange = (s3: ObjectStorage, row: ObjectRowWithData, number: number): ByteRange => {
  const parts = row.file === null && row.data === null ? s3.parts.parts(partOwner(row.sequence)) : [];
  const sizes = parts.length === 0 ? [row.size] : parts.map(({ size }) => size);
  const size = sizes[number - 1];
  if (size === undefined)
    throw invalidPartNumber({ PartNumberRequested: number, ActualPartCount: sizes.length });
  const start = sizes.slice(0, number - 1).reduce((sum, each) => sum + each, 0);
  return { start, end: start + size - 1 };
};

const selectRange = (
  s3: ObjectStorage,
  row: ObjectRowWithData,
  input: { readonly Range?: string | undefined; readonly PartNumber?: number | undefined },
): ByteRange | undefined => {
  if (input.PartNumber === undefined) return parseRange(input.Range, row.size);
  if (input.Range !== undefined)
    throw invalidRequest({}, 'Cannot specify both Range header and partNumber query parameter');
  const range = partRange(s3, row, input.PartNumber);
  return row.size === 0 ? undefined : range;
};

const describe = (
  row: ObjectRowWithData,
  details: ObjectDetails,
  input: Input<'GetObject'>,
): Output<'HeadObject'> => ({
  AcceptRanges: 'bytes',
  LastModified: new Date(row.modified),
  ETag: `"${row.etag}"`,
  ServerSideEncryption: 'AES256',
  ContentType: input.ResponseContentType ?? details.contentType ?? 'binary/octet-stream',
  ContentEncoding: input.ResponseContentEncoding ?? details.contentEncoding,
  ContentDisposition: input.ResponseContentDisposition ?? details.contentDisposition,
  ContentLanguage: input.ResponseContentLanguage ?? details.contentLanguage,
  CacheControl: input.ResponseCacheControl ?? details.cacheControl,
  ...expiresMember(input.ResponseExpires?.toUTCString() ?? details.expires),
  WebsiteRedirectLocation: details.redirect,
  Metadata: { ...details.metadata },
  StorageClass: details.storageClass,
  PartsCount: input.PartNumber === undefined ? undefined : details.partsCount,
});

const expiresMember = (text: string | undefined): Pick<Output<'HeadObject'>, 'Expires'> => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? {} : { Expires: new Date(time) };
};

const storedChecksum = (
  details: ObjectDetails,
  mode: string | undefined,
  range: ByteRange | undefined,
): Pick<Output<'HeadObject'>, 'ChecksumType'> =>
  mode !== 'ENABLED' || range !== undefined || details.checksum === undefined
    ? {}
    : { ...checksumMember(details.algorithm, details.checksum), ChecksumType: details.checksumType };

const read = (
  s3: ObjectStorage,
  row: ObjectRowWithData,
  range: ByteRange | undefined,
): Output<'GetObject'>['Body'] => {
  const { start, end } = range ?? { start: 0, end: row.size - 1 };
  if (row.data !== null) return row.data.subarray(start, end + 1);
  return s3.bodies.read(segmentsOf(s3, row), start, end);
};

const answer = (
  s3: ObjectStorage,
  input: Input<'GetObject'>,
  row: ObjectRowWithData,
): { readonly range: ByteRange | undefined; readonly members: Output<'HeadObject'> } => {
  checkReadConditions(input, row);
  const details = parseDetails(row);
  const range = selectRange(s3, row, input);
  const tags = Object.keys(details.tags ?? {}).length;
  const versioned = s3.buckets.need(input).settings.versioning !== undefined;
  return {
    range,
    members: {
      ...describe(row, details, input),
      ...storedChecksum(details, input.ChecksumMode, range),
      ContentLength: range === undefined ? row.size : range.end - range.start + 1,
      ...(range === undefined ? {} : { ContentRange: `bytes ${range.start}-${range.end}/${row.size}` }),
      ...(versioned ? { VersionId: row.version } : {}),
      ...(tags === 0 ? {} : { TagCount: tags }),
    },
  };
};

/** GetObject: whole, a byte range (answered with `ContentRange`, which makes the status 206) or a part. */
export const getObject = (s3: ObjectStorage, input: Input<'GetObject'>, call: Call): Output<'GetObject'> => {
  const row = findVersion(s3, input, call);
  const { range, members } = answer(s3, input, row);
  return { ...members, Body: read(s3, row, range) };
};

/** HeadObject: what GetObject would answer, without the bytes. */
export const headObject = (s3: ObjectStorage, input: Input<'HeadObject'>, call: Call): Output<'HeadObject'> =>
  asHead(() => answer(s3, input, findVersion(s3, input, call)).members);
