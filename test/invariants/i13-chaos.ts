import { neededOf, servingOf } from './capacity.ts';
import type { StateEntry } from './history.ts';
import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import type { World } from './world.ts';
import { placeKey } from './world.ts';

type Recorded = StateEntry & { readonly fact: 'kill.recorded' };

// Alarms and deaths are seen some time after they happen; a kill within it knew nothing of them.
const NOTICE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 3_600_000;

/**
 * I13: chaos kills a group at most once a day and not before the gap is over, records before it kills, kills nothing on
 * a leash, while nothing may be disrupted, or where a machine is missing already. A person's drill is bound by the last
 * two and the record only.
 */
export const chaosLeashed: Invariant = {
  id: 'I13',
  begin: (): Look => {
    const recorded = new Map<string, Recorded>();
    const lastKill = new Map<string, Recorded>();
    const lostAt = new Map<string, number>();

    const scheduled = (entry: Recorded, before: World): readonly string[] => {
      const key = placeKey(entry);
      const chaos = before.policies.get(entry.environment)?.policy.chaos;
      const last = lastKill.get(key);
      const hours = last === undefined ? Infinity : (entry.t - last.t) / HOUR_MILLISECONDS;
      return [
        ...unless(
          chaos?.leashed === false,
          () => `'${entry.kill}' though chaos is off or leashed in '${key}'`,
        ),
        ...unless(last?.day !== entry.day, () => `'${entry.kill}' is the second of '${key}' on ${entry.day}`),
        ...unless(
          hours >= (chaos?.minimumGapHours ?? 0),
          () =>
            `'${entry.kill}' comes ${hours} h after the last of '${key}', needs ${chaos?.minimumGapHours} h`,
        ),
      ];
    };

    const record = (entry: Recorded, before: World): readonly string[] => {
      const key = placeKey(entry);
      const problems = entry.trigger === 'schedule' ? scheduled(entry, before) : fine;
      recorded.set(entry.machine, entry);
      lastKill.set(key, entry);
      const place = before.places.get(key);
      const heldFor = entry.t - (before.holds.get(entry.environment) ?? Infinity);
      const isNews = entry.t - (lostAt.get(key) ?? -Infinity) < NOTICE_MILLISECONDS;
      const isWhole = place === undefined || servingOf(before, place) >= neededOf(before, place);
      return [
        ...problems,
        ...unless(heldFor < NOTICE_MILLISECONDS, () => `'${entry.kill}' though nothing may be disrupted`),
        ...unless(isWhole || isNews, () => `'${entry.kill}' while machines of '${key}' are missing`),
      ];
    };

    const isRecorded = (machine: string): readonly string[] =>
      unless(recorded.has(machine), () => `chaos took '${machine}' without a record`);

    return (entry, before) => {
      switch (entry.fact) {
        case 'kill.recorded':
          return record(entry, before);
        case 'kill.done':
          return isRecorded(entry.machine);
        case 'machine.unhealthy':
        case 'machine.deregistered':
        case 'machine.terminated': {
          if (entry.cause === 'chaos') return isRecorded(entry.machine);
          const machine = before.machines.get(entry.machine);
          if (machine?.serving === true) lostAt.set(placeKey(machine), entry.t);
          return fine;
        }
        default:
          return fine;
      }
    };
  },
};
