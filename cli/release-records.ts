import type { ReleaseRecord } from '#pipeline/model';
import type { CommandContext } from './command-context.ts';
import { listDocuments } from './list-documents.ts';

/** All releases of an app, or of every app, the newest first. */
export const readReleaseRecords = async (
  context: Pick<CommandContext, 'connection' | 'stack' | 'documents'>,
  app?: string,
): Promise<ReleaseRecord[]> => {
  const prefix = app === undefined ? 'kiln/releases/' : `kiln/releases/${app}/`;
  const records = await listDocuments<ReleaseRecord>(prefix, context);
  return records.toSorted((a, b) => b.droppedAt.localeCompare(a.droppedAt));
};
