import { createHash } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { Call } from '../../service.ts';
import { type Algorithm, checksumMember, startChecksum, verifyChecksum } from './checksums.ts';
import {
  entityTooSmall,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
  malformedXml,
  noSuchUpload,
} from './errors.ts';
import { needUpload } from './multipart-uploads.ts';
import { type ObjectDetails, parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import { writeObject } from './object-writes.ts';
import type { Input, Output } from './operation-types.ts';
import { type PartRow, partOwner } from './part-table.ts';

// "Amazon S3 multipart upload limits": every part but the last has at least 5 MiB.
const smallestPart = 5 * 1024 ** 2;

const unquote = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

// The uploaded parts that the request lists, checked as Amazon S3 checks them.
const chooseParts = (
  uploadId: string,
  uploaded: readonly PartRow[],
  listed: readonly CompletedPart[],
): PartRow[] => {
  if (listed.length === 0) throw malformedXml();
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  let previous = 0;
  const chosen = listed.map(({ PartNumber: number = 0, ETag }) => {
    if (number <= previous) throw invalidPartOrder({ UploadId: uploadId });
    previous = number;
    const part = byNumber.get(number);
    if (part === undefined || part.etag !== unquote(ETag)) {
      throw invalidPart({ UploadId: uploadId, PartNumber: number, ETag: unquote(ETag) });
    }
    return part;
  });
  for (const part of chosen.slice(0, -1)) {
    if (part.size < smallestPart) {
      throw entityTooSmall({
        ProposedSize: part.size,
        MinSizeAllowed: smallestPart,
        PartNumber: part.number,
        ETag: part.etag,
      });
    }
  }
  return chosen;
};

const etagOf = (parts: readonly PartRow[]): string => {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
};

const compositeChecksum = (algorithm: Algorithm, parts: readonly PartRow[]): string => {
  const checksum = startChecksum(algorithm);
  for (const part of parts) checksum.update(Buffer.from(part.checksum ?? '', 'base64'));
  return `${checksum.value()}-${parts.length}`;
};

const fullChecksum = async (
  s3: ObjectStorage,
  algorithm: Algorithm,
  parts: readonly PartRow[],
  size: number,
): Promise<string> => {
  const checksum = startChecksum(algorithm);
  for await (const chunk of s3.bodies.read(parts, 0, size - 1)) checksum.update(chunk as Uint8Array);
  return checksum.value();
};

const checksumOf = async (
  s3: ObjectStorage,
  { algorithm, checksumType }: ObjectDetails,
  parts: readonly PartRow[],
  size: number,
): Promise<string | undefined> => {
  if (algorithm === undefined) return undefined;
  return checksumType === 'FULL_OBJECT'
    ? fullChecksum(s3, algorithm, parts, size)
    : compositeChecksum(algorithm, parts);
};

const verify = (
  input: Input<'CompleteMultipartUpload'>,
  { algorithm, checksumType }: ObjectDetails,
  checksum: string | undefined,
  size: number,
): void => {
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size) {
    throw invalidRequest(
      {},
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${size}`,
    );
  }
  if (algorithm === undefined || checksum === undefined) return;
  if (checksumType === 'FULL_OBJECT') verifyChecksum(input, algorithm, checksum);
};

/**
 * CompleteMultipartUpload: the listed parts become the object, in time linear in their number (the bytes stay where they
 * are); parts that are not listed are gone.
 */
export const completeMultipartUpload = async (
  s3: ObjectStorage,
  input: Input<'CompleteMultipartUpload'>,
  call: Call,
): Promise<Output<'CompleteMultipartUpload'>> => {
  const upload = needUpload(s3, input);
  const uploaded = s3.parts.parts(upload.id);
  const chosen = chooseParts(upload.id, uploaded, input.MultipartUpload?.Parts ?? []);
  const size = chosen.reduce((sum, part) => sum + part.size, 0);
  const etag = etagOf(chosen);
  const details = parseDetails(upload);
  const checksum = await checksumOf(s3, details, chosen, size);
  verify(input, details, checksum, size);

  const used = new Set(chosen.map(({ number }) => number));
  const left = uploaded.filter(({ number }) => !used.has(number));
  const { versionId } = await writeObject(s3, input, call, {
    key: upload.key,
    etag,
    size,
    data: null,
    file: null,
    details: { ...details, partsCount: chosen.length, ...(checksum === undefined ? {} : { checksum }) },
    reason: 'CompleteMultipartUpload',
    conditions: input,
    before: () => {
      const now = s3.parts.upload(upload.bucket, upload.key, upload.id);
      const files = new Set(s3.parts.parts(upload.id).map(({ file }) => file));
      if (now === undefined || chosen.some(({ file }) => !files.has(file))) {
        throw noSuchUpload({ UploadId: upload.id });
      }
    },
    together: (sequence) => {
      for (const { number } of left) s3.parts.removePart(upload.id, number);
      s3.parts.giveParts(upload.id, partOwner(sequence));
      s3.parts.endUpload(upload.id);
    },
  });
  s3.collect(left.map(({ file }) => file));
  return {
    Location: `${s3.context.endpointUrl()}/${upload.bucket}/${encodeURIComponent(upload.key)}`,
    Bucket: upload.bucket,
    Key: upload.key,
    ETag: `"${etag}"`,
    ServerSideEncryption: 'AES256',
    ...checksumMember(details.algorithm, checksum),
    ...(checksum === undefined ? {} : { ChecksumType: details.checksumType }),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
};
