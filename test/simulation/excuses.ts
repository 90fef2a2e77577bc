import type { Place } from '#test/invariants/history';
import type { HistoryWriter } from './history-writer.ts';

/** Why machines of groups may grow older than they should, as far as it was recorded or is nobody's fault. */
export interface Excuses {
  /** Begins or, without a reason, ends what `source` says of the group. */
  set(group: string, place: Place, source: string, reason: string | undefined): void;
}

/** None yet. A group is excused as long as any source gives a reason. */
export const createExcuses = (history: HistoryWriter): Excuses => {
  const excused = new Map<string, Set<string>>();
  return {
    set: (group, { environment, app }, source, reason) => {
      const sources = excused.get(group) ?? new Set();
      const was = sources.size > 0;
      if (reason === undefined) sources.delete(source);
      else sources.add(source);
      excused.set(group, sources);
      const is = sources.size > 0;
      if (is === was) return;
      if (reason === undefined) history.state('plan', { fact: 'recycling.resumed', group, environment, app });
      else history.state('plan', { fact: 'recycling.excused', group, reason, environment, app });
    },
  };
};
