import { pageToken, readPageToken } from './block-token.ts';
import { validation } from './errors.ts';

/** The paging members that both lists share. */
export interface PageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly StartingBlockIndex?: number | undefined;
}

/** One page of blocks, 100 to 10,000 of them, in ascending order. */
export const pageOf = <Block extends { readonly index: number }>(
  blocks: readonly Block[],
  request: PageRequest,
  now: number,
): { page: Block[]; nextToken: string | undefined } => {
  const size = request.MaxResults ?? 10_000;
  if (size < 100 || size > 10_000) {
    throw validation('INVALID_PARAMETER_VALUE', `MaxResults must be 100 to 10000, got ${size}`);
  }
  const from =
    request.NextToken === undefined
      ? (request.StartingBlockIndex ?? 0)
      : readPageToken(request.NextToken, now);
  const rest = blocks.filter(({ index }) => index >= from);
  const next = rest[size];
  return {
    page: rest.slice(0, size),
    nextToken: next === undefined ? undefined : pageToken(next.index, now),
  };
};
