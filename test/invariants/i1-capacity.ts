import { neededOf, servingOf } from './capacity.ts';
import type { Cause, StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import type { PlaceState, World } from './world.ts';
import { placeKey } from './world.ts';

/** Losses that Kiln did not cause, or was allowed to, and that nobody has made good yet. */
interface Losses {
  readonly machines: Set<string>;
  unreplaced: number;
  /** Those of them that chaos killed. */
  killed: number;
}

/**
 * I1: Kiln never lowers what serves an app below what was asked for. What others took away may be missing as well,
 * until it is replaced; so may what chaos killed within the budget.
 */
export const capacityKept: Invariant = {
  id: 'I1',
  begin: (): Look => {
    const losses = new Map<string, Losses>();
    const budgets = new Map<string, { readonly place: string; readonly machines: number }>();

    const lossesOf = (place: PlaceState): Losses => {
      const key = placeKey(place);
      const known = losses.get(key) ?? { machines: new Set<string>(), unreplaced: 0, killed: 0 };
      losses.set(key, known);
      return known;
    };
    const isExcused = (cause: Cause, place: PlaceState, { killed }: Losses): boolean => {
      if (cause !== 'chaos') return cause === 'external';
      const held = [...budgets.values()].filter((budget) => budget.place === placeKey(place));
      return killed < held.reduce((sum, { machines }) => sum + machines, 0);
    };

    const lose = (id: string, cause: Cause, before: World): readonly string[] => {
      const machine = before.machines.get(id);
      const place = machine && before.places.get(placeKey(machine));
      if (machine?.serving !== true || place === undefined || !((place.weights[machine.group] ?? 0) > 0))
        return fine;
      const lost = lossesOf(place);
      const needed = neededOf(before, place);
      const serving = servingOf(before, place) - 1;
      if (isExcused(cause, place, lost)) {
        if (cause === 'chaos') lost.killed += 1;
        lost.machines.add(id);
        lost.unreplaced += 1;
        return fine;
      }
      const text = (): string =>
        `${cause} took '${id}' out: ${serving} of ${needed} machines serve '${placeKey(place)}', others took ${lost.unreplaced}`;
      return unless(serving + lost.unreplaced >= needed, text);
    };

    const gain = (id: string, before: World): void => {
      const machine = before.machines.get(id);
      const place = machine && before.places.get(placeKey(machine));
      if (machine === undefined || place === undefined || machine.serving) return;
      const lost = lossesOf(place);
      if (lost.machines.delete(id) || machine.launchedBy === 'external')
        lost.unreplaced = Math.max(0, lost.unreplaced - 1);
      if (servingOf(before, place) + 1 >= neededOf(before, place)) {
        lost.unreplaced = 0;
        lost.killed = 0;
        lost.machines.clear();
      }
    };

    const shift = (entry: StateEntry & { fact: 'weights.set' }, before: World): readonly string[] => {
      const place = before.places.get(placeKey(entry));
      if (place === undefined || entry.cause === 'external') return fine;
      const needed = neededOf(before, place);
      const was = servingOf(before, place);
      const serving = servingOf(before, place, entry.weights);
      const { unreplaced } = lossesOf(place);
      const text = (): string =>
        `weights ${JSON.stringify(entry.weights)} leave ${serving} of ${needed} machines to '${placeKey(entry)}'`;
      return unless(serving >= was || serving + unreplaced >= needed, text);
    };

    return (entry, before) => {
      switch (entry.fact) {
        case 'machine.unhealthy':
        case 'machine.deregistered':
        case 'machine.terminated':
          return lose(entry.machine, entry.cause, before);
        case 'machine.healthy':
          gain(entry.machine, before);
          return fine;
        case 'weights.set':
          return shift(entry, before);
        case 'budget.taken':
          budgets.set(entry.owner, { place: placeKey(entry), machines: entry.machines });
          return fine;
        case 'budget.ended':
          budgets.delete(entry.owner);
          return fine;
        default:
          return fine;
      }
    };
  },
};
