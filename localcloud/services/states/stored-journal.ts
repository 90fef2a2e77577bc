import type { HistoryEvent } from '../../states-language/history-event.ts';
import type { Journal, JournalEntry } from '../../states-language/journal.ts';
import type { Store } from '../../store.ts';

interface Row {
  readonly key: string;
  readonly event: string | null;
  readonly value: string | null;
}

const fromRow = ({ event, value }: Row): JournalEntry => ({
  ...(event === null ? {} : { event: JSON.parse(event) as HistoryEvent }),
  ...(value === null ? {} : { value: JSON.parse(value) as unknown }),
});

/** The journals of executions, in SQLite. */
export interface JournalStore {
  /** A journal with everything that is stored for the execution. */
  open(execution: number): Journal;
  /** Events with ids above (or, in reverse, below) `after`, in the order of their ids. */
  events(execution: number, page: { after?: number; limit: number; reverse: boolean }): HistoryEvent[];
}

/** Opens the table that `openExecutionStore` has created. */
export const openJournalStore = (store: Store): JournalStore => {
  const { database } = store;
  const insert = database.prepare('insert or replace into states_step values (?, ?, ?, ?, ?)');
  const select = database.prepare('select key, event, value from states_step where execution = ?');
  const forward = database.prepare(
    'select event from states_step where execution = ? and event_id > ? order by event_id limit ?',
  );
  const backward = database.prepare(
    'select event from states_step where execution = ? and event_id < ? order by event_id desc limit ?',
  );

  return {
    open: (execution) => {
      const entries = new Map<string, JournalEntry>();
      let pending = new Map<string, JournalEntry>();
      let eventCount = 0;
      for (const row of select.all(execution) as unknown as Row[]) {
        if (row.event !== null) eventCount += 1;
        entries.set(row.key, fromRow(row));
      }
      return {
        read: (key) => entries.get(key),
        write: (key, entry) => {
          if (entry.event !== undefined) eventCount += 1;
          entries.set(key, entry);
          pending.set(key, entry);
        },
        flush: () => {
          if (pending.size === 0) return;
          const batch = pending;
          pending = new Map();
          store.transaction(() => {
            for (const [key, { event, value }] of batch) {
              insert.run(
                execution,
                key,
                event?.id ?? null,
                event === undefined ? null : JSON.stringify(event),
                value === undefined ? null : JSON.stringify(value),
              );
            }
          });
        },
        eventCount: () => eventCount,
      };
    },
    events: (execution, { after, limit, reverse }) => {
      const rows = reverse
        ? backward.all(execution, after ?? Number.MAX_SAFE_INTEGER, limit)
        : forward.all(execution, after ?? 0, limit);
      return (rows as unknown as { event: string }[]).map(({ event }) => JSON.parse(event) as HistoryEvent);
    },
  };
};
