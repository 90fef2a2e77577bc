import { budgetKept } from './budget.ts';
import type { HistoryEntry } from './history.ts';
import { capacityKept } from './i1-capacity.ts';
import { accounted, noForeignHarm } from './i10-i11-resources.ts';
import { recycledSafely } from './i12-recycling.ts';
import { youngEnough } from './i12-uptime.ts';
import { chaosLeashed } from './i13-chaos.ts';
import { rolledBack } from './i14-roll-back.ts';
import { everythingEnds } from './i15-termination.ts';
import { deniedCalls } from './i17-least-privilege.ts';
import { raisedOnHealthy, weightsRight } from './i2-i3-weights.ts';
import { drained } from './i4-drain.ts';
import { oneActivity } from './i6-one-activity.ts';
import { noLostDrop } from './i7-drops.ts';
import { noRegress } from './i8-no-regress.ts';
import { approved } from './i9-approval.ts';
import type { Invariant, InvariantId } from './invariant.ts';
import { createWorld } from './world.ts';

/** An invariant that an entry broke. */
export interface Violation {
  readonly invariant: InvariantId;
  /** The entry at which it shows. */
  readonly seq: number;
  readonly text: string;
}

const invariants: readonly Invariant[] = [
  capacityKept,
  raisedOnHealthy,
  weightsRight,
  drained,
  oneActivity,
  noLostDrop,
  noRegress,
  approved,
  accounted,
  noForeignHarm,
  recycledSafely,
  youngEnough,
  chaosLeashed,
  rolledBack,
  everythingEnds,
  budgetKept,
];

/** Checks a history while it is written; the last entry is `run.ended`. */
export interface Checker {
  see(entry: HistoryEntry): readonly Violation[];
}

/** Begins a history. */
export const createChecker = (): Checker => {
  const world = createWorld();
  const looks = invariants.map(({ id, begin }) => ({ id, look: begin() }));
  let seq = 0;
  let t = -Infinity;

  const order = (entry: HistoryEntry): readonly Violation[] => {
    const text = `entry ${entry.seq} at ${entry.t} follows entry ${seq} at ${t}`;
    const isNext = entry.seq === seq + 1 && entry.t >= t;
    ({ seq, t } = entry);
    return isNext ? [] : [{ invariant: 'history', seq: entry.seq, text }];
  };

  return {
    see: (entry) => {
      const violations: Violation[] = [...order(entry)];
      const add = (invariant: InvariantId, texts: readonly string[]): void => {
        for (const text of texts) violations.push({ invariant, seq: entry.seq, text });
      };
      if (entry.kind === 'call') add('I17', deniedCalls(entry));
      if (entry.kind !== 'state') return violations;
      for (const { id, look } of looks) add(id, look(entry, world));
      world.apply(entry);
      return violations;
    },
  };
};

/** Replays a whole history against every invariant that a history can show; pure. */
export const checkHistory = (history: Iterable<HistoryEntry>): readonly Violation[] => {
  const checker = createChecker();
  return [...history].flatMap((entry) => checker.see(entry));
};
