import type { BaseManifest } from '#bakery/model';
import type { DocumentStore } from '../documents/document-store.ts';
import { BaseMissingError } from '../errors.ts';
import type { SnapshotId } from '../model.ts';

/** A base that was published to this bucket's account: its manifest and the snapshot of its disk. */
export interface BaseImage {
  readonly manifest: BaseManifest;
  readonly snapshotId: SnapshotId;
}

/** Where the base of a runtime stands in the bucket. */
export const baseKey = (runtime: string): string => `kiln/bases/${runtime}.json`;

/**
 * The published base of a runtime, for example `node24`.
 * @throws BaseMissingError
 */
export const readBaseImage = async (runtime: string, documents: DocumentStore): Promise<BaseImage> => {
  const base = await documents.read<BaseImage>(baseKey(runtime));
  if (base === undefined) throw new BaseMissingError(baseKey(runtime));
  return base;
};
