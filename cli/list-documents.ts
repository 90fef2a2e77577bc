import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { DocumentStore } from '#pipeline/documents/document-store';
import type { Connection } from './connection.ts';
import type { Stack } from './stack.ts';

/** All documents of the bucket whose keys start with `prefix`, in the order of their keys. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what is stored there
export const listDocuments = async <T>(
  prefix: string,
  context: {
    readonly connection: Pick<Connection, 's3'>;
    readonly stack: Pick<Stack, 'bucket'>;
    readonly documents: Pick<DocumentStore, 'read'>;
  },
): Promise<T[]> => {
  const pages = paginateListObjectsV2(
    { client: context.connection.s3 },
    { Bucket: context.stack.bucket, Prefix: prefix },
  );
  const found: (T | undefined)[] = [];
  for await (const page of pages) {
    const keys = (page.Contents ?? []).map((object) => object.Key ?? '');
    found.push(...(await Promise.all(keys.map((key) => context.documents.read<T>(key)))));
  }
  return found.filter((document) => document !== undefined);
};
