import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import type { GroupState, World } from './world.ts';

type Started = StateEntry & { readonly fact: 'replacement.started' };

const machinesByZone = (world: World, group: GroupState): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const id of group.machines) {
    const zone = world.machines.get(id)?.zone ?? '';
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
};

const imbalance = (counts: ReadonlyMap<string, number>, zones: Iterable<string>): number => {
  const values = [...zones].map((zone) => counts.get(zone) ?? 0);
  return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
};

/** How far the zone that the batch takes most of is ahead of the one that it takes least of, and may be. */
const leadOf = (
  { retire }: Started,
  world: World,
  zones: ReadonlyMap<string, number>,
  most: number,
): { readonly lead: number; readonly allowed: number } => {
  const shares = new Map([...zones.keys()].map((zone) => [zone, 0]));
  for (const id of retire) {
    const zone = world.machines.get(id)?.zone ?? '';
    shares.set(zone, (shares.get(zone) ?? 0) + 1);
  }
  return { lead: imbalance(shares, shares.keys()), allowed: Math.ceil(most / Math.max(1, shares.size)) };
};

interface Running extends Started {
  readonly zones: ReadonlyMap<string, number>;
  readonly foreignChanges: number;
  readonly launched: Set<string>;
}

/** I12, the replacing: the same release, the zones' balance within one, few at once, and nothing that was not planned. */
export const recycledSafely: Invariant = {
  id: 'I12',
  begin: (): Look => {
    const running = new Map<string, Running>();

    const start = (entry: Started, before: World): readonly string[] => {
      const group = before.groups.get(entry.group);
      if (group === undefined)
        return [`'${entry.execution}' replaces machines of '${entry.group}', which is gone`];
      const { foreignChanges } = group;
      const zones = machinesByZone(before, group);
      running.set(entry.group, { ...entry, zones, foreignChanges, launched: new Set() });
      const policy = before.policies.get(entry.environment)?.policy;
      const most = policy?.replacementsPerGroup ?? Math.max(1, Math.floor(group.asked / 10));
      const { lead, allowed } = leadOf(entry, before, zones, most);
      return [
        ...unless(
          entry.retire.length <= most,
          () =>
            `'${entry.execution}' replaces ${entry.retire.length} machines of '${entry.group}' at once, allowed are ${most}`,
        ),
        ...unless(
          lead <= allowed,
          () =>
            `'${entry.execution}' puts a zone of '${entry.group}' ${lead} machines ahead of another for the time of a batch, allowed are ${allowed}`,
        ),
      ];
    };

    const launch = (entry: StateEntry & { fact: 'machine.launched' }, before: World): readonly string[] => {
      const replacement = running.get(entry.group);
      // Auto Scaling's own in the place of one that died are in surplus as well where nothing comes of it.
      replacement?.launched.add(entry.machine);
      if (entry.cause !== 'recycling') return fine;
      const old = before.machines.get(replacement?.retire[0] ?? '');
      return [
        ...unless(replacement !== undefined, () => `'${entry.machine}' was launched by no replacement`),
        ...unless(
          old === undefined || old.release === entry.release,
          () => `'${entry.machine}' has '${entry.release}', the machine it replaces '${old?.release}'`,
        ),
      ];
    };

    const leave = (id: string, before: World): readonly string[] => {
      const group = before.machines.get(id)?.group;
      // It has died before Auto Scaling saw it, and goes whoever asks for it.
      if (group === undefined) return fine;
      const replacement = running.get(group);
      const planned = replacement?.retire.includes(id) === true || replacement?.launched.has(id) === true;
      return unless(planned, () => `recycling took '${id}' of '${group}' out, which nobody had planned`);
    };

    const end = (entry: StateEntry & { fact: 'replacement.ended' }, before: World): readonly string[] => {
      const replacement = running.get(entry.group);
      running.delete(entry.group);
      const group = before.groups.get(entry.group);
      if (replacement === undefined || group === undefined || entry.outcome === 'abandoned') return fine;
      if (before.zonesOut.size > 0 || group.foreignChanges !== replacement.foreignChanges) return fine;
      const after = machinesByZone(before, group);
      const zones = new Set([...after.keys(), ...replacement.zones.keys()]);
      const allowed = Math.max(1, imbalance(replacement.zones, zones));
      const found = imbalance(after, zones);
      return unless(
        found <= allowed,
        () =>
          `'${entry.execution}' left the zones of '${entry.group}' ${found} apart: ${JSON.stringify([...after])}`,
      );
    };

    return (entry, before) => {
      switch (entry.fact) {
        case 'replacement.started':
          return start(entry, before);
        case 'replacement.ended':
          return end(entry, before);
        case 'machine.launched':
          return launch(entry, before);
        case 'machine.deregistered':
        case 'machine.terminated':
          return entry.cause === 'recycling' ? leave(entry.machine, before) : fine;
        default:
          return fine;
      }
    };
  },
};
