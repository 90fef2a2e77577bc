import { createHash } from 'node:crypto';
import type { HistoryEntry } from './history.ts';

/** I18: SHA-256 in hex over the history as JSONL; the same seed and inputs give the same. */
export const historyHash = (history: Iterable<HistoryEntry>): string => {
  const hash = createHash('sha256');
  for (const entry of history) hash.update(`${JSON.stringify(entry)}\n`);
  return hash.digest('hex');
};
