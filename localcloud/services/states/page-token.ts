import { invalidPageToken } from './errors.ts';

/** Puts a position into a token that a client hands back. */
export const pageToken = (position: number): string => Buffer.from(`page:${position}`).toString('base64url');

/** The position in a token; undefined for the first page. */
export const pagePosition = (token: string | undefined): number | undefined => {
  if (token === undefined) return undefined;
  const match = /^page:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw invalidPageToken();
  return Number(match[1]);
};

/** Items per page: `maxResults` of 0 or none means 100, the most is 1000. */
export const pageSize = (maxResults: number | undefined): number =>
  maxResults === undefined || maxResults === 0 ? 100 : Math.min(maxResults, 1000);
