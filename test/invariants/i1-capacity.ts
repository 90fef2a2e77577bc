import { groupsWithTraffic, neededOf, servingOf } from './capacity.ts';
import type { Cause, StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import { createLosses } from './losses.ts';
import type { Losses } from './losses.ts';
import type { PlaceState, World } from './world.ts';
import { placeKey } from './world.ts';

/**
 * I1: Kiln never lowers what serves an app below what was asked for. What others took away may be missing as well,
 * until it is replaced; so may what chaos killed within the budget.
 */
export const capacityKept: Invariant = {
  id: 'I1',
  begin: (): Look => {
    const losses = createLosses();
    const budgets = new Map<string, { readonly place: string; readonly machines: number }>();

    const isExcused = (cause: Cause, place: PlaceState, { killed }: Losses): boolean => {
      if (cause !== 'chaos') return cause === 'external';
      const held = [...budgets.values()].filter((budget) => budget.place === placeKey(place));
      return killed < held.reduce((sum, { machines }) => sum + machines, 0);
    };

    const lose = (
      entry: StateEntry & { machine: string; cause: Cause },
      before: World,
    ): readonly string[] => {
      const { machine: id, cause } = entry;
      const machine = before.machines.get(id);
      const place = machine && before.places.get(placeKey(machine));
      if (machine?.serving !== true || place === undefined) return fine;
      if (isExcused(cause, place, losses.of(machine.group))) {
        losses.lose(entry, machine.group, cause);
        return fine;
      }
      if (!((place.weights[machine.group] ?? 0) > 0)) return fine;
      const needed = neededOf(before, place);
      const serving = servingOf(before, place) - 1;
      const unreplaced = Math.max(
        losses.unreplacedOf(groupsWithTraffic(before, place)),
        losses.unnoticed(machine.group, entry.t),
      );
      const text = (): string =>
        `${cause} took '${id}' out: ${serving} of ${needed} machines serve '${placeKey(place)}', others took ${unreplaced}`;
      return unless(serving + unreplaced >= needed, text);
    };

    const shift = (entry: StateEntry & { fact: 'weights.set' }, before: World): readonly string[] => {
      const place = before.places.get(placeKey(entry));
      if (place === undefined || entry.cause === 'external') return fine;
      const needed = neededOf(before, place);
      const was = servingOf(before, place);
      const serving = servingOf(before, place, entry.weights);
      const unreplaced = losses.unreplacedOf(groupsWithTraffic(before, place, entry.weights));
      const text = (): string =>
        `weights ${JSON.stringify(entry.weights)} leave ${serving} of ${needed} machines to '${placeKey(entry)}'`;
      return unless(serving >= was || serving + unreplaced >= needed, text);
    };

    return (entry, before) => {
      losses.look(entry, before);
      switch (entry.fact) {
        case 'machine.unhealthy':
        case 'machine.deregistered':
        case 'machine.terminated':
          return lose(entry, before);
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
