import { createHash } from 'node:crypto';
import { validation } from './errors.ts';

const PAGE_TOKEN_MILLISECONDS = 60 * 60_000;
/** Block tokens are good for seven days. */
export const BLOCK_TOKEN_MILLISECONDS = 7 * 24 * 60 * 60_000;

/** The token that lists give for a block and GetSnapshotBlock wants back: it names the snapshot, the index and the content. */
export const blockToken = (snapshotId: string, index: number, checksum: string): string =>
  createHash('sha256').update(`${snapshotId} ${index} ${checksum}`).digest('base64');

/** The token of the page that begins at block `index`; good for 60 minutes. */
export const pageToken = (index: number, now: number): string =>
  Buffer.from(JSON.stringify([index, now + PAGE_TOKEN_MILLISECONDS])).toString('base64');

/** The block index where a page begins. */
export const readPageToken = (token: string, now: number): number => {
  try {
    const [index, expiresAt] = JSON.parse(Buffer.from(token, 'base64').toString()) as [unknown, unknown];
    if (typeof index === 'number' && typeof expiresAt === 'number' && expiresAt > now) return index;
  } catch {
    // Answered below like every other token that is not ours.
  }
  throw validation('INVALID_PAGE_TOKEN', 'The page token is not valid or has expired');
};
