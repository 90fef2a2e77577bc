import { GetObjectCommand, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { DocumentConflictError } from '../errors.ts';

const UPDATE_ATTEMPTS = 10;

/** JSON documents in the bucket, written by compare-and-swap: no lock, no database server. */
export interface DocumentStore {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it stored there
  read<T>(key: string): Promise<T | undefined>;
  /** Writes a new document; false where one exists already. */
  create(key: string, document: object): Promise<boolean>;
  /**
   * Replaces the document by what `change` makes of it; repeats when someone else wrote in between. `change` gets
   * undefined where there is no document and may return undefined to leave it as it is.
   * @throws DocumentConflictError after ten lost races
   */
  update<T extends object>(
    key: string,
    change: (document: T | undefined) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined>;
}

const isRefused = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (error.name === 'PreconditionFailed' || error.name === 'ConditionalRequestConflict');

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'NoSuchKey';

/** Documents in `bucket`; S3 compares ETags (`If-Match`, `If-None-Match`) in one atomic step. */
export const createDocumentStore = (s3: S3Client, bucket: string): DocumentStore => {
  const get = async (key: string): Promise<{ document: unknown; etag: string } | undefined> => {
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = (await object.Body?.transformToString()) ?? 'null';
      return { document: JSON.parse(text), etag: object.ETag ?? '' };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  const put = async (
    key: string,
    document: object,
    condition: { IfMatch: string } | { IfNoneMatch: '*' },
  ): Promise<boolean> => {
    try {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify(document, undefined, 2),
          ContentType: 'application/json',
          ...condition,
        }),
      );
      return true;
    } catch (error) {
      // With `If-Match`, a document that was deleted in between is missing.
      if (isRefused(error) || isMissing(error)) return false;
      throw error;
    }
  };

  return {
    read: async <T>(key: string): Promise<T | undefined> => (await get(key))?.document as T | undefined,
    create: (key, document) => put(key, document, { IfNoneMatch: '*' }),
    update: async <T extends object>(
      key: string,
      change: (document: T | undefined) => T | undefined | Promise<T | undefined>,
    ) => {
      for (let attempt = 0; attempt < UPDATE_ATTEMPTS; attempt += 1) {
        const found = await get(key);
        const document = found?.document as T | undefined;
        const next = await change(document);
        if (next === undefined) return document;
        const condition = found === undefined ? ({ IfNoneMatch: '*' } as const) : { IfMatch: found.etag };
        if (await put(key, next, condition)) return next;
      }
      throw new DocumentConflictError(key, UPDATE_ATTEMPTS);
    },
  };
};
