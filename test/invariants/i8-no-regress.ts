import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import { placeKey } from './world.ts';

type Started = StateEntry & { readonly fact: 'rollout.started' };

/** I8: by itself, what is live in an environment never becomes an older drop; people may promote and roll back. */
export const noRegress: Invariant = {
  id: 'I8',
  begin: (): Look => {
    const started = new Map<string, Started>();
    const newest = new Map<string, number>();
    return (entry) => {
      if (entry.fact === 'rollout.started') started.set(entry.execution, entry);
      if (entry.fact !== 'rollout.ended') return fine;
      const rollout = started.get(entry.execution);
      started.delete(entry.execution);
      if (rollout === undefined || entry.status !== 'live') return fine;
      const { order, trigger } = rollout;
      const key = placeKey(entry);
      const highest = newest.get(key) ?? -Infinity;
      newest.set(key, Math.max(highest, order));
      return unless(
        trigger !== 'drop' || order >= highest,
        () => `drop ${order} ('${entry.release}') became live in '${key}' after drop ${highest}`,
      );
    };
  },
};
