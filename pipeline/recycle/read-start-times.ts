import type { DocumentStore } from '../documents/document-store.ts';
import type { ReleaseRecord } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';

/** Of a release whose document has gone. */
const USUAL_BOOT_SECONDS = 30;
/** What an image without the figure is given to start. */
const USUAL_START_SECONDS = 120;

/** How long a release's machines take to start, in seconds: as its smoke test measured it, and at most. */
export const readStartTimes = async (
  release: { readonly app: string; readonly releaseId: string },
  documents: Pick<DocumentStore, 'read'>,
): Promise<{ readonly bootSeconds: number; readonly startSeconds: number }> => {
  const record = await documents.read<ReleaseRecord>(releaseKey(release));
  return {
    bootSeconds: record?.evidence?.bootSeconds ?? USUAL_BOOT_SECONDS,
    startSeconds: record?.image?.startSeconds ?? USUAL_START_SECONDS,
  };
};
