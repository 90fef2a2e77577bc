import type { DocumentStore } from '../documents/document-store.ts';
import type { Deployment, ReleaseRecord, StartTimes } from '../model.ts';
import { releaseKey } from '../release/release-record.ts';

/** Of a release whose document has gone. */
const USUAL_BOOT_SECONDS = 30;
/** What an image without the figure is given to start. */
const USUAL_START_SECONDS = 120;

/** How long the machines of what an app runs take to start; asks the release only where the deployment does not say. */
export const readStartTimes = async (
  { app, releaseId, startTimes }: { readonly app: string } & Pick<Deployment, 'releaseId' | 'startTimes'>,
  documents: Pick<DocumentStore, 'read'>,
): Promise<StartTimes> => {
  if (startTimes !== undefined) return startTimes;
  const record = await documents.read<ReleaseRecord>(releaseKey({ app, releaseId }));
  return {
    bootSeconds: record?.evidence?.bootSeconds ?? USUAL_BOOT_SECONDS,
    startSeconds: record?.image?.startSeconds ?? USUAL_START_SECONDS,
  };
};
