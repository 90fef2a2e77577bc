import { invalidNextToken } from './errors.ts';

interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

// The kind of id that EC2 gives: of two that it lists, the later one is greater.
const RESOURCE_ID = /^[a-z]+-[0-9a-f]+$/;

/** Where a page begins; the item that the token names may be gone since, and then the next one begins it. */
const startOf = (ids: readonly string[], token: string | undefined): number => {
  if (token === undefined) return 0;
  const wanted = Buffer.from(token, 'base64url').toString();
  const found = ids.indexOf(wanted);
  if (found >= 0) return found;
  if (!RESOURCE_ID.test(wanted)) throw invalidNextToken();
  const next = ids.findIndex((id) => id > wanted);
  return next < 0 ? ids.length : next;
};

/** One page of a list whose items have ids; without `MaxResults` all of them. The token names the next page's first item. */
export const pageOf = <T>(
  items: readonly T[],
  idOf: (item: T) => string,
  request: PageRequest,
): { page: T[]; nextToken: string | undefined } => {
  const from = startOf(items.map(idOf), request.NextToken);
  const to = request.MaxResults === undefined ? items.length : from + request.MaxResults;
  const next = items[to];
  return {
    page: items.slice(from, to),
    nextToken: next === undefined ? undefined : Buffer.from(idOf(next)).toString('base64url'),
  };
};
