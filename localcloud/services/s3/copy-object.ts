import type { Call } from '../../service.ts';
import type { ReceivedBody } from './body-files.ts';
import { type Algorithm, algorithmNamed, checksumMember } from './checksums.ts';
import { findCopySource } from './copy-source.ts';
import { invalidRequest, noSuchKey } from './errors.ts';
import { segmentsOf } from './get-object.ts';
import { detailsOf, type ObjectDetails, parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRowWithData } from './object-table.ts';
import { checkedKey, discardOnError, writeObject } from './object-writes.ts';
import type { Input, Output } from './operation-types.ts';

const newDetails = (input: Input<'CopyObject'>, source: ObjectDetails): ObjectDetails => {
  const described = detailsOf(input);
  const {
    tags: sourceTags,
    algorithm: _,
    checksum: _c,
    checksumType: _t,
    partsCount: _p,
    ...copied
  } = source;
  const tags = input.TaggingDirective === 'REPLACE' ? described.tags : sourceTags;
  const { tags: _tags, ...replacing } = described;
  const { storageClass: _s, ...kept } = copied;
  const storageClass = described.storageClass;
  return {
    ...(input.MetadataDirective === 'REPLACE' ? replacing : kept),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(tags === undefined ? {} : { tags }),
  };
};

const changesNothing = (input: Input<'CopyObject'>, source: ObjectRowWithData, latest: boolean): boolean =>
  input.Bucket === source.bucket &&
  input.Key === source.key &&
  latest &&
  input.MetadataDirective !== 'REPLACE' &&
  input.TaggingDirective !== 'REPLACE' &&
  input.StorageClass === undefined &&
  input.ServerSideEncryption === undefined &&
  input.WebsiteRedirectLocation === undefined;

// The bytes are shared where the ETag stays the same; an object of parts becomes one of a single piece, with an MD5.
const copyBytes = async (
  s3: ObjectStorage,
  source: ObjectRowWithData,
  algorithm: Algorithm | undefined,
): Promise<ReceivedBody> => {
  const { size, etag: md5, data, file } = source;
  const { algorithm: stored, checksum, checksumType } = parseDetails(source);
  const known = checksumType === 'FULL_OBJECT' && stored === algorithm ? (checksum ?? null) : null;
  const whole = data !== null || file !== null;
  if (whole && (algorithm === undefined || known !== null)) return { size, md5, checksum: known, data, file };
  const bytes = data ?? s3.bodies.read(segmentsOf(s3, source), 0, size - 1);
  return s3.bodies.receive(bytes, algorithm);
};

/** CopyObject, of any size. */
export const copyObject = async (
  s3: ObjectStorage,
  input: Input<'CopyObject'>,
  call: Call,
): Promise<Output<'CopyObject'>> => {
  const bucket = s3.buckets.need(input);
  const key = checkedKey(input.Key);
  const source = findCopySource(s3, input, call);
  const isLatest = s3.objects.latest(source.bucket, source.key)?.sequence === source.sequence;
  if (changesNothing(input, source, isLatest)) {
    throw invalidRequest(
      {},
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const sourceDetails = parseDetails(source);
  const details = newDetails(input, sourceDetails);
  const algorithm = algorithmNamed(input.ChecksumAlgorithm) ?? sourceDetails.algorithm;
  const body = await copyBytes(s3, source, algorithm);
  const checksum =
    algorithm === undefined || body.checksum === null
      ? {}
      : { algorithm, checksum: body.checksum, checksumType: 'FULL_OBJECT' as const };
  const { row, versionId } = await discardOnError(s3, body, () =>
    writeObject(s3, input, call, {
      key,
      etag: body.md5,
      size: body.size,
      data: body.data,
      file: body.file,
      details: { ...details, ...checksum },
      reason: 'CopyObject',
      conditions: input,
      // Its bytes are shared: they must not have been removed meanwhile.
      before: () => {
        const found = s3.objects.version(source.bucket, source.key, source.version);
        if (found?.sequence !== source.sequence) throw noSuchKey({ Key: source.key });
      },
    }),
  );
  const sourceVersioned = s3.buckets.stored.get(source.bucket)?.settings.versioning !== undefined;
  return {
    CopyObjectResult: {
      ETag: `"${row.etag}"`,
      LastModified: new Date(row.modified),
      ...checksumMember(algorithm, body.checksum),
      ...(algorithm === undefined ? {} : { ChecksumType: 'FULL_OBJECT' }),
    },
    ServerSideEncryption: 'AES256',
    ...(bucket.settings.versioning === undefined || versionId === undefined ? {} : { VersionId: versionId }),
    ...(sourceVersioned ? { CopySourceVersionId: source.version } : {}),
  };
};
