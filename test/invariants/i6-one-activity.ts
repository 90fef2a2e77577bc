import type { Invariant, Look } from './invariant.ts';
import { fine, unless } from './invariant.ts';
import type { Place } from './history.ts';
import type { World } from './world.ts';
import { placeKey } from './world.ts';

const notHolding = (
  before: World,
  place: Place,
  owner: string | undefined,
  what: string,
): readonly string[] => {
  const lease = before.places.get(placeKey(place))?.lease;
  const holds = lease !== undefined && (owner === undefined || lease.owner === owner);
  return unless(holds, () => `${what} though the lease of '${placeKey(place)}' is ${lease?.owner ?? 'free'}`);
};

/** I6: one rollout of an app in an environment at a time, one activity in a group at a time, one success per approval. */
export const oneActivity: Invariant = {
  id: 'I6',
  begin: (): Look => {
    const rollouts = new Map<string, string>();
    const approvals = new Map<string, string>();
    const used = new Map<string, string>();
    return (entry, before) => {
      switch (entry.fact) {
        case 'lease.taken': {
          const holder = before.places.get(placeKey(entry))?.lease;
          return unless(
            holder === undefined || holder.owner === entry.owner,
            () => `'${entry.owner}' took the lease of '${placeKey(entry)}' from '${holder?.owner}'`,
          );
        }
        case 'rollout.started': {
          const key = placeKey(entry);
          const other = rollouts.get(key);
          rollouts.set(key, entry.execution);
          if (entry.approval !== undefined) approvals.set(entry.execution, entry.approval);
          return [
            ...unless(
              other === undefined || other === entry.execution,
              () => `'${entry.execution}' began in '${key}' while '${other}' was under way`,
            ),
            ...notHolding(before, entry, entry.execution, `'${entry.execution}' began`),
          ];
        }
        case 'rollout.ended': {
          const key = placeKey(entry);
          if (rollouts.get(key) === entry.execution) rollouts.delete(key);
          const approval = approvals.get(entry.execution);
          if (approval === undefined || entry.status !== 'live') return fine;
          const first = used.get(approval);
          used.set(approval, entry.execution);
          return unless(
            first === undefined || first === entry.execution,
            () => `approval '${approval}' let in '${entry.execution}' after '${first}'`,
          );
        }
        case 'replacement.started':
          return notHolding(before, entry, entry.execution, `'${entry.execution}' replaces machines`);
        case 'kill.done':
          return notHolding(before, entry, undefined, `'${entry.machine}' was killed`);
        default:
          return fine;
      }
    };
  },
};
