import type { CallEntry, EventEntry, Fact, HistoryEntry } from './history.ts';

/** A history that is being written. */
export interface HistoryWriter {
  readonly entries: readonly HistoryEntry[];
  state(actor: string, fact: Fact): void;
  add(actor: string, entry: CallEntry | EventEntry): void;
}

/** Begins a history on a clock of milliseconds since the epoch; `hear` is told each entry as it is written. */
export const createHistoryWriter = (
  now: () => number,
  hear: (entry: HistoryEntry) => void = () => undefined,
): HistoryWriter => {
  const entries: HistoryEntry[] = [];
  const write = (entry: HistoryEntry): void => {
    entries.push(entry);
    hear(entry);
  };
  return {
    entries,
    state: (actor, fact) => write({ seq: entries.length + 1, t: now(), actor, kind: 'state', ...fact }),
    add: (actor, entry) => write({ seq: entries.length + 1, t: now(), actor, ...entry }),
  };
};
