import { algorithmNamed } from './checksums.ts';
import { invalidRequest, noSuchUpload } from './errors.ts';
import { afterKey, encodeKey, listingQuery, listPage } from './key-listing.ts';
import { detailsOf, parseDetails } from './object-details.ts';
import type { ObjectStorage } from './object-storage.ts';
import { checkedKey } from './object-writes.ts';
import type { Input, Output } from './operation-types.ts';
import type { UploadRow } from './part-table.ts';

interface UploadReference {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

/** The unfinished upload that a request names; throws NoSuchUpload. */
export const needUpload = (s3: ObjectStorage, reference: UploadReference): UploadRow => {
  const { name } = s3.buckets.need(reference);
  const upload = s3.parts.upload(name, reference.Key ?? '', reference.UploadId ?? '');
  if (upload === undefined) throw noSuchUpload({ UploadId: reference.UploadId });
  return upload;
};

/** CreateMultipartUpload. */
export const createMultipartUpload = (
  s3: ObjectStorage,
  input: Input<'CreateMultipartUpload'>,
): Output<'CreateMultipartUpload'> => {
  const { name } = s3.buckets.need(input);
  const key = checkedKey(input.Key);
  const algorithm = algorithmNamed(input.ChecksumAlgorithm);
  const whole = algorithm === 'CRC64NVME';
  if (input.ChecksumType === 'COMPOSITE' && whole) {
    throw invalidRequest(
      {},
      'The COMPOSITE checksum type cannot be used with the CRC64NVME checksum algorithm.',
    );
  }
  if (input.ChecksumType === 'FULL_OBJECT' && algorithm !== undefined && !algorithm.startsWith('CRC')) {
    throw invalidRequest(
      {},
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  const checksumType = input.ChecksumType ?? (whole ? 'FULL_OBJECT' : 'COMPOSITE');
  const details = {
    ...detailsOf(input),
    ...(algorithm === undefined ? {} : { algorithm, checksumType }),
  };
  const id = s3.context.random.hex(64);
  const started = s3.context.clock.now();
  s3.parts.startUpload({ id, bucket: name, key, started, details: JSON.stringify(details) });
  return {
    Bucket: name,
    Key: key,
    UploadId: id,
    ServerSideEncryption: 'AES256',
    ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }),
  };
};

/** AbortMultipartUpload: the parts are gone. */
export const abortMultipartUpload = (
  s3: ObjectStorage,
  input: Input<'AbortMultipartUpload'>,
): Output<'AbortMultipartUpload'> => {
  const files = s3.context.store.transaction(() => {
    const { id } = needUpload(s3, input);
    const parts = s3.parts.parts(id);
    s3.parts.removeParts(id);
    s3.parts.endUpload(id);
    return parts.map(({ file }) => file);
  });
  s3.collect(files);
  return {};
};

/** ListMultipartUploads: by key, then by age. */
export const listMultipartUploads = (
  s3: ObjectStorage,
  input: Input<'ListMultipartUploads'>,
): Output<'ListMultipartUploads'> => {
  const { name } = s3.buckets.need(input);
  const query = listingQuery({ ...input, MaxKeys: input.MaxUploads });
  const { KeyMarker: keyMarker = '', UploadIdMarker: idMarker = '', EncodingType: encodingType } = input;
  const uploads = s3.parts.uploads(name);
  const marked = uploads.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const rest = marked === -1 ? uploads : uploads.slice(marked + 1);
  const from = keyMarker === '' || marked !== -1 ? '' : afterKey(keyMarker);
  const inOrder = (start: string): UploadRow[] =>
    rest.filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(start)) >= 0);
  const page = listPage(query, from, inOrder);
  const encode = encodeKey(encodingType);
  const last = page.rows.at(-1);
  return {
    Bucket: name,
    Prefix: encode(query.prefix),
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    MaxUploads: query.maxKeys,
    IsTruncated: page.truncated,
    ...(query.delimiter === '' ? {} : { Delimiter: encode(query.delimiter) }),
    ...(encodingType === undefined ? {} : { EncodingType: encodingType }),
    ...(page.truncated && page.last !== undefined ? { NextKeyMarker: encode(page.last) } : {}),
    ...(page.truncated && last !== undefined ? { NextUploadIdMarker: last.id } : {}),
    Uploads: page.rows.map((upload) => {
      const { storageClass = 'STANDARD', algorithm, checksumType } = parseDetails(upload);
      return {
        UploadId: upload.id,
        Key: encode(upload.key),
        Initiated: new Date(upload.started),
        StorageClass: storageClass,
        Owner: s3.owner,
        Initiator: s3.owner,
        ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: checksumType }),
      };
    }),
    ...(page.prefixes.length === 0
      ? {}
      : { CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })) }),
  };
};
