import { createHash } from 'node:crypto';
import { createChecker } from '#test/invariants/check-history';
import type { Violation } from '#test/invariants/check-history';
import type { Fact, HistoryEntry } from '#test/invariants/history';
import type { Timeline } from './timeline.ts';

/** What happened, checked while it is written. */
export interface HistoryWriter {
  /** The latest entries, or all. */
  readonly entries: HistoryEntry[];
  readonly violations: Violation[];
  /** States something that is so from now on. */
  state(actor: string, fact: Fact): void;
  /** How many entries were written. */
  count(): number;
  /** SHA-256 over the whole history as JSONL; empty where it was not kept. */
  hash(): string;
}

/** What is kept of a history beyond what its checker needs. */
export interface KeptHistory {
  /** All entries, not only those that led to the first violation. */
  readonly all: boolean;
  readonly hash: boolean;
}

/** Entries that are kept where not all are: enough to see what led to a violation. */
const LATEST = 2000;
/** Characters that are hashed at once. */
const CHUNK = 65_536;

/** An empty history. */
export const createHistoryWriter = (timeline: Timeline, kept: KeptHistory): HistoryWriter => {
  const checker = createChecker();
  const digest = createHash('sha256');
  const entries: HistoryEntry[] = [];
  const violations: Violation[] = [];
  let count = 0;
  let text = '';
  const digestText = (): void => {
    digest.update(text);
    text = '';
  };
  const addToHash = (entry: HistoryEntry): void => {
    text += `${JSON.stringify(entry)}\n`;
    if (text.length > CHUNK) digestText();
  };
  return {
    entries,
    violations,
    state: (actor, fact) => {
      count += 1;
      const entry: HistoryEntry = { seq: count, t: timeline.now(), actor, kind: 'state', ...fact };
      if (kept.hash) addToHash(entry);
      entries.push(entry);
      // What led to the first violation stays.
      if (!kept.all && violations.length === 0 && entries.length > 2 * LATEST) entries.splice(0, LATEST);
      violations.push(...checker.see(entry));
    },
    count: () => count,
    hash: () => {
      if (!kept.hash) return '';
      digestText();
      return digest.copy().digest('hex');
    },
  };
};
