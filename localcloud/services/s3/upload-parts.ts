import type { Call } from '../../service.ts';
import type { ReceivedBody } from './body-files.ts';
import { type Algorithm, checksumMember } from './checksums.ts';
import { findCopySource } from './copy-source.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { segmentsOf } from './get-object.ts';
import { needUpload } from './multipart-uploads.ts';
import { parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import { discardOnError } from './object-writes.ts';
import type { Input, Output } from './operation-types.ts';
import type { PartRow } from './part-table.ts';
import { receiveUpload } from './put-object.ts';

// "Amazon S3 multipart upload limits".
const maxPartNumber = 10_000;

const checkedPartNumber = (number: number | undefined): number => {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > maxPartNumber) {
    throw invalidArgument(
      { ArgumentName: 'partNumber', ArgumentValue: number },
      `Part number must be an integer between 1 and ${maxPartNumber}, inclusive`,
    );
  }
  return number;
};

// A part sent again replaces the one before.
const storePart = async (
  s3: ObjectStorage,
  input: Input<'UploadPart'> | Input<'UploadPartCopy'>,
  number: number,
  body: ReceivedBody,
): Promise<PartRow> => {
  const { file } = body;
  if (file === null) throw new Error('a part was not written to a file');
  return discardOnError(s3, body, async () => {
    const { stored, replaced } = s3.context.store.transaction(() => {
      const { id } = needUpload(s3, input);
      const replaced = s3.parts.part(id, number);
      const stored: PartRow = {
        owner: id,
        number,
        file,
        size: body.size,
        etag: body.md5,
        checksum: body.checksum,
        modified: s3.context.clock.now(),
      };
      s3.parts.putPart(stored);
      return { stored, replaced };
    });
    if (replaced !== undefined) s3.collect([replaced.file]);
    await s3.log.settle();
    return stored;
  });
};

const uploadAlgorithm = (
  s3: ObjectStorage,
  input: Input<'UploadPart'> | Input<'UploadPartCopy'>,
): Algorithm | undefined => parseDetails(needUpload(s3, input)).algorithm;

/** UploadPart. */
export const uploadPart = async (
  s3: ObjectStorage,
  input: Input<'UploadPart'>,
): Promise<Output<'UploadPart'>> => {
  const number = checkedPartNumber(input.PartNumber);
  const expected = uploadAlgorithm(s3, input);
  const { algorithm, ...body } = await receiveUpload(s3, input, {
    defaultAlgorithm: expected,
    alwaysFile: true,
  });
  await discardOnError(s3, body, async () => {
    if (expected !== undefined && algorithm !== expected) {
      throw invalidRequest(
        {},
        `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${algorithm?.toLowerCase()}`,
      );
    }
    // A checksum that the upload did not announce is verified and not kept.
    await storePart(s3, input, number, expected === undefined ? { ...body, checksum: null } : body);
  });
  return {
    ETag: `"${body.md5}"`,
    ServerSideEncryption: 'AES256',
    ...checksumMember(algorithm, body.checksum),
  };
};

const copyRange = (header: string | undefined, size: number): { start: number; end: number } => {
  if (header === undefined) return { start: 0, end: size - 1 };
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const start = Number(first);
  const end = Number(last);
  if (first === '' || end < start) {
    throw invalidArgument(
      { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
  }
  if (end >= size) {
    throw invalidArgument(
      { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
      `Range specified is not valid for source object of size: ${size}`,
    );
  }
  return { start, end };
};

/** UploadPartCopy: a part whose bytes come from an object, or from a range of it. */
export const uploadPartCopy = async (
  s3: ObjectStorage,
  input: Input<'UploadPartCopy'>,
  call: Call,
): Promise<Output<'UploadPartCopy'>> => {
  const number = checkedPartNumber(input.PartNumber);
  const algorithm = uploadAlgorithm(s3, input);
  const source = findCopySource(s3, input, call);
  const { start, end } = copyRange(input.CopySourceRange, source.size);
  const bytes =
    source.data === null
      ? s3.bodies.read(segmentsOf(s3, source), start, end)
      : source.data.subarray(start, end + 1);
  const body = await s3.bodies.receive(bytes, algorithm, { alwaysFile: true });
  const part = await storePart(s3, input, number, body);
  const versioned = s3.buckets.stored.get(source.bucket)?.settings.versioning !== undefined;
  return {
    CopyPartResult: {
      ETag: `"${part.etag}"`,
      LastModified: new Date(part.modified),
      ...checksumMember(algorithm, part.checksum),
    },
    ServerSideEncryption: 'AES256',
    ...(versioned ? { CopySourceVersionId: source.version } : {}),
  };
};

/** ListParts. */
export const listParts = (s3: ObjectStorage, input: Input<'ListParts'>): Output<'ListParts'> => {
  const upload = needUpload(s3, input);
  const { storageClass = 'STANDARD', algorithm, checksumType } = parseDetails(upload);
  const marker = Number(input.PartNumberMarker ?? 0);
  const limit = Math.min(input.MaxParts ?? 1000, 1000);
  const rest = s3.parts.parts(upload.id).filter(({ number }) => number > marker);
  const page = rest.slice(0, limit);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: limit,
    IsTruncated: rest.length > page.length,
    StorageClass: storageClass,
    Owner: s3.owner,
    Initiator: s3.owner,
    ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }),
    Parts: page.map((part) => ({
      PartNumber: part.number,
      Size: part.size,
      ETag: `"${part.etag}"`,
      LastModified: new Date(part.modified),
      ...checksumMember(algorithm, part.checksum),
    })),
  };
};
