import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';

interface DropState {
  readonly at: number;
  readonly withinSeconds: number;
  release?: string;
  status?: string;
}

/** I7: every drop comes to exactly one end in time, as exactly one release. */
export const noLostDrop: Invariant = {
  id: 'I7',
  begin: (): Look => {
    const drops = new Map<string, DropState>();

    const end = (entry: StateEntry & { fact: 'release.ended' }): readonly string[] => {
      const drop = drops.get(entry.object);
      if (drop === undefined) return [`'${entry.release}' ended, which nobody dropped: '${entry.object}'`];
      const before = drop.status;
      drop.status = entry.status;
      const seconds = (entry.t - drop.at) / 1000;
      return [
        ...unless(
          before === undefined || before === entry.status || before === 'live',
          () => `'${entry.release}' was ${before} and is ${entry.status}`,
        ),
        ...unless(
          before !== undefined || seconds <= drop.withinSeconds,
          () => `'${entry.release}' came to an end after ${seconds} s, allowed are ${drop.withinSeconds} s`,
        ),
      ];
    };

    const start = (entry: StateEntry & { fact: 'release.started' }): readonly string[] => {
      const drop = drops.get(entry.object);
      if (drop === undefined) return [`'${entry.release}' began, which nobody dropped: '${entry.object}'`];
      const other = drop.release;
      drop.release ??= entry.release;
      return unless(
        other === undefined || other === entry.release,
        () => `'${entry.object}' became '${entry.release}' as well as '${other}'`,
      );
    };

    const atEnd = (now: number, quiet: boolean): readonly string[] =>
      [...drops].flatMap(([object, { status, at, withinSeconds }]) =>
        unless(
          status !== undefined || (!quiet && now - at <= withinSeconds * 1000),
          () => `'${object}' was dropped and came to no end`,
        ),
      );

    return (entry) => {
      switch (entry.fact) {
        case 'drop':
          if (!drops.has(entry.object))
            drops.set(entry.object, { at: entry.t, withinSeconds: entry.withinSeconds ?? Infinity });
          return fine;
        case 'release.started':
          return start(entry);
        case 'release.ended':
          return end(entry);
        case 'run.ended':
          return atEnd(entry.t, entry.quiet);
        default:
          return fine;
      }
    };
  },
};
