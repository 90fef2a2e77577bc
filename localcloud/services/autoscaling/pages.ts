import { AwsError } from '../../errors.ts';

/** One page of a listing. */
export interface Page<T> {
  readonly items: T[];
  readonly NextToken?: string;
}

const MAX_RECORDS = 100;

/** Cuts a page of `MaxRecords` (1..100; default 50 on AWS) out of a listing; `NextToken` is what the page before answered. */
export const pageOf = <T>(
  items: readonly T[],
  input: { readonly NextToken?: string | undefined; readonly MaxRecords?: number | undefined },
): Page<T> => {
  const size = Math.min(Math.max(input.MaxRecords ?? 50, 1), MAX_RECORDS);
  const from =
    input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64url').toString());
  if (!Number.isSafeInteger(from) || from < 0)
    throw new AwsError('InvalidNextToken', 'The NextToken value is not valid.');
  const next = from + size;
  return {
    items: items.slice(from, next),
    ...(next < items.length ? { NextToken: Buffer.from(String(next)).toString('base64url') } : {}),
  };
};
