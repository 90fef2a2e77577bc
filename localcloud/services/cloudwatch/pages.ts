import { invalidNextToken } from './errors.ts';

const startOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  const start = Number(Buffer.from(token, 'base64url').toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0) throw invalidNextToken();
  return start;
};

/** One page of a list; the token is the position of the next page. */
export const pageOf = <T>(
  all: readonly T[],
  token: string | undefined,
  limit: number,
): { readonly items: readonly T[]; readonly NextToken?: string } => {
  const start = startOf(token);
  const end = start + limit;
  const items = all.slice(start, end);
  return end < all.length ? { items, NextToken: Buffer.from(String(end)).toString('base64url') } : { items };
};
