import { createHash } from 'node:crypto';
import type { Release } from '../model.ts';
import type { Drop } from './drop-key.ts';

/** An object that was put into the bucket, as S3's "Object Created" event tells it. */
export interface DroppedObject {
  /** When S3 took the object, ISO 8601. */
  readonly time: string;
  readonly bucket: string;
  readonly key: string;
  /** Absent on a bucket without versioning. */
  readonly versionId?: string | undefined;
  /** Orders the events of a key; tells drops apart on a bucket without versioning. */
  readonly sequencer?: string | undefined;
}

/** The release that a drop becomes; the same drop always gives the same release id. */
export const releaseOf = (object: DroppedObject, { app, version }: Drop): Release => {
  const drop = createHash('sha256')
    .update(`${object.bucket}\n${object.key}\n${object.versionId ?? object.sequencer ?? ''}`)
    .digest('hex')
    .slice(0, 16);
  return {
    // The execution's name, which S3's characters fit: at most 80 of letters, digits, dot, underscore, plus and hyphen.
    releaseId: `${`${app}-${version}`.slice(0, 63)}-${drop}`,
    app,
    version,
    bucket: object.bucket,
    key: object.key,
    versionId: object.versionId ?? 'null',
    droppedAt: object.time,
    ...(object.sequencer === undefined ? {} : { sequencer: object.sequencer }),
  };
};
