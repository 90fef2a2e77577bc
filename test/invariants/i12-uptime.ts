import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import type { MachineState, World } from './world.ts';

/** A time during which a group's machines may grow older than they should; open while `until` is absent. */
interface Excuse {
  readonly from: number;
  until?: number;
}

/** I12, the age: no machine is older than its environment allows, unless the reason was recorded. */
export const youngEnough: Invariant = {
  id: 'I12',
  begin: (): Look => {
    const excuses = new Map<string, Excuse[]>();

    /** What piled up during an excuse that was longer than the grace has the grace again. */
    const excusedBetween = (group: string, from: number, until: number, grace: number): number => {
      let [sum, covered] = [0, from];
      for (const excuse of excuses.get(group) ?? []) {
        const end = excuse.until ?? until;
        const excused = Math.min(end - excuse.from > grace ? end + grace : end, until);
        sum += Math.max(0, excused - Math.max(excuse.from, covered));
        covered = Math.max(covered, excused);
      }
      return sum;
    };

    const check = (machine: MachineState, world: World, now: number): readonly string[] => {
      const found = world.policies.get(machine.environment);
      const uptime = found?.policy.maximumUptimeSeconds;
      if (found === undefined || uptime === undefined) return fine;
      // A policy that has just become stricter is not broken by those that were there.
      const dueAt = Math.max(machine.launchedAt + uptime * 1000, found.since);
      const grace = found.policy.graceSeconds * 1000;
      const allowed = grace + excusedBetween(machine.group, dueAt, now, grace);
      return unless(
        now - dueAt <= allowed,
        () =>
          `'${machine.machine}' of '${machine.group}' is ${(now - machine.launchedAt) / 1000} s old, allowed are ${uptime} s and ${allowed / 1000} s`,
      );
    };

    return (entry, before) => {
      switch (entry.fact) {
        case 'recycling.excused': {
          const known = excuses.get(entry.group) ?? [];
          if (known.at(-1)?.until === undefined && known.length > 0) return fine;
          excuses.set(entry.group, [...known, { from: entry.t }]);
          return fine;
        }
        case 'recycling.resumed': {
          const last = excuses.get(entry.group)?.at(-1);
          if (last !== undefined) last.until ??= entry.t;
          return fine;
        }
        case 'machine.terminated': {
          const machine = before.machines.get(entry.machine);
          return machine === undefined ? fine : check(machine, before, entry.t);
        }
        case 'run.ended':
          return [...before.machines.values()].flatMap((machine) => check(machine, before, entry.t));
        default:
          return fine;
      }
    };
  },
};
