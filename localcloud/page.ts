import { AwsError } from './errors.ts';

const largestPage = 100;

/** One page of a list, of at most 100 items; the token is the position of the next page. */
export const page = <T>(
  all: readonly T[],
  token: string | undefined,
  limit: number | undefined,
): { readonly items: readonly T[]; readonly nextToken?: string } => {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError('ValidationException', 'Provided NextToken is invalid.');
  const end = start + Math.min(limit ?? largestPage, largestPage);
  const items = all.slice(start, end);
  return end < all.length ? { items, nextToken: Buffer.from(String(end)).toString('base64url') } : { items };
};
