import type { Clock } from '../clock.ts';
import type { DocumentStore } from '../documents/document-store.ts';
import type { Release, ReleaseInEnvironment, ReleaseRecord } from '../model.ts';

/** Where the document of a release stands in the bucket. */
export const releaseKey = (release: Pick<Release, 'app' | 'releaseId'>): string =>
  `kiln/releases/${release.app}/${release.releaseId}.json`;

/** What a step adds to a release's document. */
export type ReleasePatch = Partial<Omit<ReleaseRecord, keyof Release | 'updatedAt'>>;

interface ReleaseRecordDeps {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}

/** Adds what a step found to the release's document; creates the document where the first step never came to it. */
export const recordRelease = async (
  release: Release,
  patch: ReleasePatch,
  deps: ReleaseRecordDeps,
): Promise<ReleaseRecord> => {
  const updatedAt = deps.clock.now().toISOString();
  const record = await deps.documents.update<ReleaseRecord>(releaseKey(release), (found) => ({
    status: 'received',
    ...(found ?? release),
    ...patch,
    updatedAt,
  }));
  if (record === undefined)
    throw new Error(`release '${release.releaseId}' has no document after writing it`);
  return record;
};

/** Notes where a release stands in an environment, and, if given, as a whole. */
export const recordInEnvironment = async (
  release: Pick<Release, 'app' | 'releaseId'>,
  environment: string,
  found: Omit<ReleaseInEnvironment, 'at'>,
  deps: ReleaseRecordDeps,
  whole: ReleasePatch = {},
): Promise<void> => {
  const at = deps.clock.now().toISOString();
  await deps.documents.update<ReleaseRecord>(releaseKey(release), (record) =>
    record === undefined
      ? undefined
      : {
          ...record,
          ...whole,
          environments: { ...record.environments, [environment]: { ...found, at } },
          updatedAt: at,
        },
  );
};
