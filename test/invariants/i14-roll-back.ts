import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import type { World } from './world.ts';
import { placeKey } from './world.ts';

type Started = StateEntry & { readonly fact: 'rollout.started' };

// What is warm or drains is gone long before.
const GONE_MILLISECONDS = 30 * 60_000;

/** I14: a rollout that does not succeed leaves blue with all of the traffic, and green goes. */
export const rolledBack: Invariant = {
  id: 'I14',
  begin: (): Look => {
    const started = new Map<string, Started>();
    const leaving = new Map<string, number>();

    const end = (entry: StateEntry & { fact: 'rollout.ended' }, before: World): readonly string[] => {
      const rollout = started.get(entry.execution);
      started.delete(entry.execution);
      if (rollout === undefined || entry.status === 'live' || entry.status === 'replaced') return fine;
      const { blue, green } = rollout;
      if (before.groups.has(green)) leaving.set(green, entry.t);
      const weights = before.places.get(placeKey(entry))?.weights ?? {};
      return [
        ...unless(
          (weights[green] ?? 0) === 0 || blue === undefined,
          () => `'${entry.execution}' ended ${entry.status} and '${green}' kept weight ${weights[green]}`,
        ),
        ...unless(
          blue === undefined || (weights[blue] ?? 0) > 0,
          () => `'${entry.execution}' ended ${entry.status} and '${blue}' has no traffic`,
        ),
      ];
    };

    const late = (group: string, since: number, now: number): readonly string[] =>
      unless(
        now - since <= GONE_MILLISECONDS,
        () =>
          `'${group}' was still there ${Math.round((now - since) / 60_000)} minutes after its rollout failed`,
      );

    return (entry, before) => {
      switch (entry.fact) {
        case 'rollout.started':
          started.set(entry.execution, entry);
          // Rolled out again: it may stay.
          leaving.delete(entry.green);
          return fine;
        case 'rollout.ended':
          return end(entry, before);
        case 'group.gone': {
          const since = leaving.get(entry.group);
          leaving.delete(entry.group);
          return since === undefined ? fine : late(entry.group, since, entry.t);
        }
        case 'run.ended':
          return [...leaving].flatMap(([group, since]) =>
            late(group, entry.quiet ? -Infinity : since, entry.t),
          );
        default:
          return fine;
      }
    };
  },
};
