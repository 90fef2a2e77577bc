import type { Call } from '../../service.ts';
import type { ReceivedBody } from './body-files.ts';
import type { Bucket } from './buckets.ts';
import { keyTooLong } from './errors.ts';
import type { ObjectDetails } from './object-details.ts';
import { publishObjectEvent } from './object-events.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRowWithData } from './object-table.ts';
import { checkWriteConditions } from './preconditions.ts';

// "Creating object key names", Amazon S3 User Guide: at most 1,024 bytes in UTF-8.
const keyBytes = 1024;

/** Returns the key, or throws KeyTooLongError. Keys are opaque: `..` and `//` mean nothing. */
export const checkedKey = (key: string | undefined): string => {
  const size = Buffer.byteLength(key ?? '');
  if (key === undefined || size > keyBytes) throw keyTooLong({ Size: size, MaxSizeAllowed: keyBytes });
  return key;
};

/** A new version to be written. */
export interface NewObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly data: Uint8Array | null;
  readonly file: string | null;
  readonly details: ObjectDetails;
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
  readonly conditions?: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined };
  /** What must still hold inside the transaction; throws when it does not. */
  readonly before?: () => void;
  /** More to change in the same transaction, told the sequence of the new row. */
  readonly together?: (sequence: number) => void;
}

/** What a write answers. */
export interface WrittenObject {
  readonly row: ObjectRowWithData;
  /** Where the bucket is or was versioned. */
  readonly versionId?: string;
}

/** The version id that a write to the bucket gets. */
export const newVersion = (s3: ObjectStorage, bucket: Bucket): string =>
  bucket.settings.versioning === 'Enabled' ? s3.context.random.hex(32) : 'null';

/** Removes the version that a write with version id `version` replaces; only `null` can exist already. */
export const replaceVersion = (s3: ObjectStorage, bucket: string, key: string, version: string): string[] => {
  const replaced = version === 'null' ? s3.objects.version(bucket, key, version) : undefined;
  return replaced === undefined ? [] : s3.removeVersion(replaced);
};

/**
 * Writes a version: conditions, row and event in one transaction, durable when the promise resolves. The body's file
 * must be settled already; it is the caller's to discard when this throws.
 */
export const writeObject = async (
  s3: ObjectStorage,
  reference: { readonly Bucket?: string | undefined },
  call: Call,
  object: NewObject,
): Promise<WrittenObject> => {
  const { key, etag, size, data, file } = object;
  let garbage: string[] = [];
  const written = s3.context.store.transaction(() => {
    // Read again: the bucket may have changed while the body arrived.
    const bucket = s3.buckets.need(reference);
    object.before?.();
    checkWriteConditions(object.conditions ?? {}, key, s3.objects.latest(bucket.name, key));
    const version = newVersion(s3, bucket);
    garbage = replaceVersion(s3, bucket.name, key, version);
    const sequence = s3.objects.nextSequence();
    const row: ObjectRowWithData = {
      sequence,
      bucket: bucket.name,
      key,
      version,
      marker: 0,
      size,
      etag,
      modified: s3.context.clock.now(),
      file,
      details: JSON.stringify(object.details),
      data,
    };
    s3.objects.insert(row);
    object.together?.(sequence);
    const versioned = bucket.settings.versioning === 'Enabled';
    publishObjectEvent(s3, bucket, call, {
      'detail-type': 'Object Created',
      object: { key, size, etag, sequence, ...(versioned ? { version } : {}) },
      reason: object.reason,
    });
    return { row, ...(bucket.settings.versioning === undefined ? {} : { versionId: version }) };
  });
  s3.collect(garbage);
  await s3.log.settle();
  return written;
};

/** Runs `use`; when it throws, the received body's file goes away again. */
export const discardOnError = async <R>(
  s3: ObjectStorage,
  body: ReceivedBody,
  use: () => Promise<R>,
): Promise<R> => {
  try {
    return await use();
  } catch (error) {
    if (body.file !== null) s3.collect([body.file]);
    throw error;
  }
};
