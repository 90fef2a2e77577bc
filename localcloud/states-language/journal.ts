import type { HistoryEvent } from './history-event.ts';

/** What an execution has done under one key. */
export interface JournalEntry {
  readonly event?: HistoryEvent;
  /** Facts needed to go on after a restart; JSON. */
  readonly value?: unknown;
}

/**
 * Everything an execution has done, by deterministic key (`3/try1/scheduled`). Replaying a definition against its
 * journal gives back the recorded answers instead of doing things again.
 */
export interface Journal {
  read(key: string): JournalEntry | undefined;
  /** May stay in memory until `flush`. */
  write(key: string, entry: JournalEntry): void;
  /** Makes everything written durable; called before every effect that others can see. */
  flush(): void;
  /** Number of history events so far. */
  eventCount(): number;
}

/** A journal that lives as long as the process. */
export const createMemoryJournal = (): Journal & { events(): HistoryEvent[] } => {
  const entries = new Map<string, JournalEntry>();
  const events: HistoryEvent[] = [];
  return {
    read: (key) => entries.get(key),
    write: (key, entry) => {
      entries.set(key, entry);
      if (entry.event !== undefined) events.push(entry.event);
    },
    flush: () => undefined,
    eventCount: () => events.length,
    events: () => events,
  };
};
