import { healthyOf } from './capacity.ts';
import type { Cause, StateEntry } from './history.ts';
import type { GroupState, World } from './world.ts';

/** Three checks, one every five seconds: for so long the balancer takes a machine that has just ended for healthy. */
const BELIEF_MILLISECONDS = 15_000;

/** What a group lost that Kiln did not take, or was allowed to, and that nobody has made good yet. */
export interface Losses {
  readonly machines: Set<string>;
  unreplaced: number;
  /** Those of them that chaos killed. */
  killed: number;
  /** When machines ended suddenly, in milliseconds since 1970; also those that were made good since. */
  readonly ends: number[];
}

/** Kept over a history: `lose` what is excused, and show it every entry. */
export interface LossesByGroup {
  of(group: string): Losses;
  lose(entry: StateEntry & { readonly machine: string }, group: string, cause: Cause): void;
  /** Of these groups together. */
  unreplacedOf(groups: readonly GroupState[]): number;
  /** Of a group: those that the balancer may still take for healthy. */
  unnoticed(group: string, now: number): number;
  /** Makes good what a machine that now serves replaces. */
  look(entry: StateEntry, before: World): void;
}

/** No group has lost anything yet. */
export const createLosses = (): LossesByGroup => {
  const byGroup = new Map<string, Losses>();
  const of = (group: string): Losses => {
    const known = byGroup.get(group) ?? { machines: new Set(), unreplaced: 0, killed: 0, ends: [] };
    byGroup.set(group, known);
    return known;
  };
  const gain = (id: string, before: World): void => {
    const machine = before.machines.get(id);
    const group = machine && before.groups.get(machine.group);
    if (machine === undefined || group === undefined || machine.serving) return;
    const lost = of(machine.group);
    if (lost.machines.delete(id) || machine.launchedBy === 'external')
      lost.unreplaced = Math.max(0, lost.unreplaced - 1);
    if (healthyOf(before, group) + 1 < group.asked) return;
    lost.machines.clear();
    lost.unreplaced = 0;
    lost.killed = 0;
  };
  return {
    of,
    lose: (entry, group, cause) => {
      const lost = of(group);
      if (cause === 'chaos') lost.killed += 1;
      if (entry.fact !== 'machine.deregistered') lost.ends.push(entry.t);
      lost.machines.add(entry.machine);
      lost.unreplaced += 1;
    },
    unreplacedOf: (groups) => groups.reduce((sum, { group }) => sum + of(group).unreplaced, 0),
    unnoticed: (group, now) => of(group).ends.filter((end) => now - end < BELIEF_MILLISECONDS).length,
    look: (entry, before) => {
      if (entry.fact === 'machine.healthy') gain(entry.machine, before);
      else if (entry.fact === 'group.gone') byGroup.delete(entry.group);
    },
  };
};
