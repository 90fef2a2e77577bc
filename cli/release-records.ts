import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { ReleaseRecord } from '#pipeline/model';
import type { CommandContext } from './command-context.ts';

/** All releases of an app, or of every app, the newest first. */
export const readReleaseRecords = async (
  context: Pick<CommandContext, 'connection' | 'stack' | 'documents'>,
  app?: string,
): Promise<ReleaseRecord[]> => {
  const pages = paginateListObjectsV2(
    { client: context.connection.s3 },
    { Bucket: context.stack.bucket, Prefix: app === undefined ? 'kiln/releases/' : `kiln/releases/${app}/` },
  );
  const records: (ReleaseRecord | undefined)[] = [];
  for await (const page of pages) {
    const keys = (page.Contents ?? []).map((object) => object.Key ?? '');
    records.push(...(await Promise.all(keys.map((key) => context.documents.read<ReleaseRecord>(key)))));
  }
  return records
    .filter((record) => record !== undefined)
    .toSorted((a, b) => b.droppedAt.localeCompare(a.droppedAt));
};
