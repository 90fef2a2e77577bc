import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import { healthyOf } from './capacity.ts';
import type { World } from './world.ts';

interface ResourceState {
  readonly foreign: boolean;
  readonly by: Set<string>;
  /** Since when nothing names it. */
  loneSince: number;
}

// N of the test catalogue: how long a resource may be known to nobody.
const LONE_MILLISECONDS = 30 * 60_000;

const surplus = (world: World): readonly string[] => [
  ...[...world.machines.values()].flatMap(({ machine, group }) =>
    unless(world.groups.has(group), () => `'${machine}' is left of '${group}', which is gone`),
  ),
  ...[...world.groups.values()].flatMap((group) =>
    unless(
      healthyOf(world, group) <= group.asked && group.machines.size <= Math.max(group.asked, group.desired),
      () => `'${group.group}' is left with ${group.machines.size} machines, asked for are ${group.asked}`,
    ),
  ),
];

/** I10: a resource of Kiln's is named by a document or gone within half an hour; at the end nothing is left over. */
export const accounted: Invariant = {
  id: 'I10',
  begin: (): Look => {
    const resources = new Map<string, ResourceState>();
    const lone = (name: string, { by, loneSince }: ResourceState, now: number): readonly string[] =>
      unless(
        by.size > 0 || now - loneSince <= LONE_MILLISECONDS,
        () => `nothing named '${name}' for ${Math.round((now - loneSince) / 60_000)} minutes`,
      );
    return (entry, before) => {
      if (entry.fact === 'resource.created') {
        const foreign = entry.foreign === true;
        resources.set(entry.resource, { foreign, by: new Set(), loneSince: entry.t });
        return fine;
      }
      if (entry.fact === 'run.ended') {
        const left = [...resources].filter(([, { foreign }]) => !foreign);
        if (!entry.quiet) return left.flatMap(([name, state]) => lone(name, state, entry.t));
        return [
          ...left.flatMap(([name, { by }]) =>
            unless(by.size > 0, () => `'${name}' is left, named by nothing`),
          ),
          ...surplus(before),
        ];
      }
      if (!('resource' in entry)) return fine;
      const state = resources.get(entry.resource);
      if (state === undefined || state.foreign) return fine;
      if (entry.fact === 'resource.deleted') {
        resources.delete(entry.resource);
        const names = [...state.by].join(', ');
        return [
          ...lone(entry.resource, state, entry.t),
          ...unless(
            !entry.byKiln || names === '',
            () => `'${entry.resource}' was deleted while ${names} names it`,
          ),
        ];
      }
      if (entry.fact === 'resource.referenced') {
        const problems = lone(entry.resource, state, entry.t);
        state.by.add(entry.by);
        return problems;
      }
      if (entry.fact === 'resource.unreferenced') {
        state.by.delete(entry.by);
        if (state.by.size === 0) state.loneSince = entry.t;
      }
      return fine;
    };
  },
};

/** I11: Kiln changes and deletes nothing that lacks its tags. */
export const noForeignHarm: Invariant = {
  id: 'I11',
  begin: (): Look => {
    const foreign = new Set<string>();
    return (entry) => {
      if (entry.fact === 'resource.created' && entry.foreign === true) foreign.add(entry.resource);
      if (entry.fact !== 'resource.changed' && entry.fact !== 'resource.deleted') return fine;
      return unless(
        !entry.byKiln || !foreign.has(entry.resource),
        () => `'${entry.actor}' touched '${entry.resource}', which is not Kiln's`,
      );
    };
  },
};
