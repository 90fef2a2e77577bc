import { invalidNextToken } from './errors.ts';

/** One page of a list whose items have ids; without `MaxResults` all of them. The token names the next page's first item. */
export const pageOf = <T>(
  items: readonly T[],
  idOf: (item: T) => string,
  request: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
): { page: T[]; nextToken: string | undefined } => {
  let from = 0;
  if (request.NextToken !== undefined) {
    const id = Buffer.from(request.NextToken, 'base64url').toString();
    from = items.findIndex((item) => idOf(item) === id);
    if (from < 0) throw invalidNextToken();
  }
  const to = request.MaxResults === undefined ? items.length : from + request.MaxResults;
  const next = items[to];
  return {
    page: items.slice(from, to),
    nextToken: next === undefined ? undefined : Buffer.from(idOf(next)).toString('base64url'),
  };
};
