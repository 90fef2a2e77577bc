import { invalidParameter } from './errors.ts';

/** A page of a list, and the token of the next one if there is one. */
export interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string;
}

/** Reads a page token: the offset of the page's first item. */
export const offsetOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  const offset = Number(token);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw invalidParameter('The specified nextToken is invalid.');
  return offset;
};

/** Cuts one page out of a complete list. */
export const pageOf = <T>(all: readonly T[], token: string | undefined, limit: number): Page<T> => {
  const start = offsetOf(token);
  const end = start + limit;
  return { items: all.slice(start, end), ...(end < all.length ? { nextToken: String(end) } : {}) };
};
