import type { Call } from '../../service.ts';
import { AwsError } from '../../errors.ts';
import type { Bucket } from './buckets.ts';
import { malformedXml } from './errors.ts';
import { publishObjectEvent } from './object-events.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { ObjectRow } from './object-table.ts';
import { checkedKey, newVersion, replaceVersion } from './object-writes.ts';
import type { Input, Output } from './operation-types.ts';
import { checkWriteConditions } from './preconditions.ts';

interface Deletion {
  readonly key: string;
  readonly version?: string | undefined;
  /** Expected ETag of the latest version. */
  readonly etag?: string | undefined;
}

interface Deleted {
  readonly versionId?: string;
  /** The version removed, or put in place, is a delete marker. */
  readonly marker: boolean;
  readonly garbage: readonly string[];
}

// "Multi-object delete": at most 1,000 keys per request.
const maxKeys = 1000;
const emptyEtag = 'd41d8cd98f00b204e9800998ecf8427e';

const removePermanently = (s3: ObjectStorage, bucket: Bucket, call: Call, row: ObjectRow): Deleted => {
  const garbage = s3.removeVersion(row);
  const { settings } = bucket;
  const { key, version } = row;
  publishObjectEvent(s3, bucket, call, {
    'detail-type': 'Object Deleted',
    object: {
      key,
      sequence: s3.objects.nextSequence(),
      ...(settings.versioning === 'Enabled' ? { version } : {}),
    },
    reason: 'DeleteObject',
    'deletion-type': 'Permanently Deleted',
  });
  return {
    marker: row.marker === 1,
    garbage,
    ...(settings.versioning === undefined ? {} : { versionId: version }),
  };
};

const insertMarker = (s3: ObjectStorage, bucket: Bucket, call: Call, key: string): Deleted => {
  const version = newVersion(s3, bucket);
  const garbage = replaceVersion(s3, bucket.name, key, version);
  const sequence = s3.objects.nextSequence();
  s3.objects.insert({
    sequence,
    bucket: bucket.name,
    key,
    version,
    marker: 1,
    size: 0,
    etag: emptyEtag,
    modified: s3.context.clock.now(),
    file: null,
    details: '{}',
    data: null,
  });
  const versioned = bucket.settings.versioning === 'Enabled';
  publishObjectEvent(s3, bucket, call, {
    'detail-type': 'Object Deleted',
    object: { key, etag: emptyEtag, sequence, ...(versioned ? { version } : {}) },
    reason: 'DeleteObject',
    'deletion-type': 'Delete Marker Created',
  });
  return { marker: true, versionId: version, garbage };
};

// One deletion inside a transaction. Deleting what does not exist succeeds.
const remove = (s3: ObjectStorage, bucket: Bucket, call: Call, { key, version, etag }: Deletion): Deleted => {
  checkWriteConditions({ IfMatch: etag }, key, s3.objects.latest(bucket.name, key));
  if (version !== undefined) {
    const row = s3.objects.version(bucket.name, key, version);
    return row === undefined
      ? { marker: false, versionId: version, garbage: [] }
      : removePermanently(s3, bucket, call, row);
  }
  if (bucket.settings.versioning !== undefined) return insertMarker(s3, bucket, call, key);
  const row = s3.objects.latest(bucket.name, key);
  return row === undefined ? { marker: false, garbage: [] } : removePermanently(s3, bucket, call, row);
};

/** DeleteObject: a delete marker in a versioned bucket, else (or with `VersionId`) for good. */
export const deleteObject = async (
  s3: ObjectStorage,
  input: Input<'DeleteObject'>,
  call: Call,
): Promise<Output<'DeleteObject'>> => {
  const bucket = s3.buckets.need(input);
  const deletion = { key: checkedKey(input.Key), version: input.VersionId, etag: input.IfMatch };
  const { versionId, marker, garbage } = s3.context.store.transaction(() =>
    remove(s3, bucket, call, deletion),
  );
  s3.collect(garbage);
  await s3.log.settle();
  return {
    ...(marker ? { DeleteMarker: true } : {}),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
};

const describe = (
  { key, version }: Deletion,
  { versionId, marker }: Deleted,
): NonNullable<Output<'DeleteObjects'>['Deleted']>[number] => ({
  Key: key,
  ...(version === undefined ? {} : { VersionId: version }),
  ...(marker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {}),
});

/** DeleteObjects: each key on its own; a refused one is listed under `Errors` and the others go ahead. */
export const deleteObjects = async (
  s3: ObjectStorage,
  input: Input<'DeleteObjects'>,
  call: Call,
): Promise<Output<'DeleteObjects'>> => {
  const bucket = s3.buckets.need(input);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > maxKeys) throw malformedXml();
  const done: NonNullable<Output<'DeleteObjects'>['Deleted']> = [];
  const refused: NonNullable<Output<'DeleteObjects'>['Errors']> = [];
  const garbage: string[] = [];
  s3.context.store.transaction(() => {
    for (const { Key, VersionId, ETag } of objects) {
      const deletion = { key: Key ?? '', version: VersionId, etag: ETag };
      try {
        const deleted = remove(s3, bucket, call, { ...deletion, key: checkedKey(Key) });
        garbage.push(...deleted.garbage);
        done.push(describe(deletion, deleted));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        refused.push({ Key, VersionId, Code: error.code, Message: error.message });
      }
    }
  });
  s3.collect(garbage);
  await s3.log.settle();
  return {
    ...(input.Delete?.Quiet === true ? {} : { Deleted: done }),
    ...(refused.length === 0 ? {} : { Errors: refused }),
  };
};
