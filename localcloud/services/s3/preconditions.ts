import { noSuchKey, notImplementedHeader, notModified, preconditionFailed } from './errors.ts';
import type { ObjectRow } from './object-table.ts';

interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

interface ReadConditions extends WriteConditions {
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

const tagsOf = (header: string): string[] =>
  header.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  );

const matches = (header: string, etag: string): boolean =>
  header.trim() === '*' || tagsOf(header).includes(etag);

/**
 * Decides whether a write may replace `latest`; call inside the transaction of the write, so that of two writers with the
 * same expectation one wins. ("Conditional writes", Amazon S3 User Guide.)
 */
export const checkWriteConditions = (
  { IfMatch, IfNoneMatch }: WriteConditions,
  key: string,
  latest: ObjectRow | undefined,
): void => {
  const current = latest?.marker === 1 ? undefined : latest;
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch.trim() !== '*') throw notImplementedHeader({ Header: 'If-None-Match' });
    if (current !== undefined) throw preconditionFailed({ Condition: 'If-None-Match' });
  }
  if (IfMatch !== undefined) {
    if (current === undefined) throw noSuchKey({ Key: key });
    if (!matches(IfMatch, current.etag)) throw preconditionFailed({ Condition: 'If-Match' });
  }
};

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** Decides whether a read goes ahead (RFC 9110 section 13.2.2, as Amazon S3 documents it for GetObject). */
export const checkReadConditions = (conditions: ReadConditions, row: ObjectRow): void => {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, row.etag)) throw preconditionFailed({ Condition: 'If-Match' });
  } else if (
    IfUnmodifiedSince !== undefined &&
    seconds(row.modified) > seconds(IfUnmodifiedSince.getTime())
  ) {
    throw preconditionFailed({ Condition: 'If-Unmodified-Since' });
  }
  if (IfNoneMatch !== undefined) {
    if (matches(IfNoneMatch, row.etag)) throw notModified();
  } else if (IfModifiedSince !== undefined && seconds(row.modified) <= seconds(IfModifiedSince.getTime())) {
    throw notModified();
  }
};
