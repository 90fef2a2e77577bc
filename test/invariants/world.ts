import type { Cause, Place, PolicyFact, StateEntry } from './history.ts';

/** A machine as the history told it. */
export interface MachineState extends Place {
  readonly machine: string;
  readonly group: string;
  readonly release: string;
  readonly zone: string;
  readonly launchedAt: number;
  readonly launchedBy: Cause;
  serving: boolean;
  everServed: boolean;
  deregisteredAt?: number;
}

/** A group as the history told it. */
export interface GroupState extends Place {
  readonly group: string;
  /** As Auto Scaling has it, and as it was asked for apart from recycling and chaos. */
  desired: number;
  asked: number;
  /** Times that somebody else changed its machines. */
  foreignChanges: number;
  readonly machines: Set<string>;
}

/** An app in an environment. */
export interface PlaceState extends Place {
  weights: Readonly<Record<string, number>>;
  readonly groups: Set<string>;
  lease?: { readonly owner: string; readonly trigger: string };
}

/** What is so after the entries until now. */
export interface World {
  readonly machines: ReadonlyMap<string, MachineState>;
  readonly groups: ReadonlyMap<string, GroupState>;
  readonly places: ReadonlyMap<string, PlaceState>;
  /** By environment, with the time since when it holds. */
  readonly policies: ReadonlyMap<string, { readonly policy: PolicyFact; readonly since: number }>;
  /** By environment: since when nothing may be disrupted. */
  readonly holds: ReadonlyMap<string, number>;
  readonly zonesOut: ReadonlySet<string>;
}

/** A world that entries change. */
export interface ChangingWorld extends World {
  apply(entry: StateEntry): void;
}

/** Key of an app in an environment. */
export const placeKey = ({ environment, app }: Place): string => `${environment}/${app}`;

/** Starts with nothing. */
export const createWorld = (): ChangingWorld => {
  const machines = new Map<string, MachineState>();
  const groups = new Map<string, GroupState>();
  const places = new Map<string, PlaceState>();
  const policies = new Map<string, { policy: PolicyFact; since: number }>();
  const holds = new Map<string, number>();
  const zonesOut = new Set<string>();

  const placeOf = (place: Place): PlaceState => {
    const key = placeKey(place);
    let state = places.get(key);
    if (state === undefined) {
      state = { environment: place.environment, app: place.app, weights: {}, groups: new Set() };
      places.set(key, state);
    }
    return state;
  };
  const groupOf = (group: string, place: Place): GroupState => {
    let state = groups.get(group);
    if (state === undefined) {
      const { environment, app } = place;
      state = { environment, app, group, desired: 0, asked: 0, foreignChanges: 0, machines: new Set() };
      groups.set(group, state);
      placeOf(place).groups.add(group);
    }
    return state;
  };
  const change = (id: string, cause: Cause | undefined, edit: (machine: MachineState) => void): void => {
    const machine = machines.get(id);
    if (machine === undefined) return;
    const group = groups.get(machine.group);
    if (cause === 'external' && group !== undefined) group.foreignChanges += 1;
    edit(machine);
  };

  const applyMachine = (entry: StateEntry): void => {
    switch (entry.fact) {
      case 'machine.launched': {
        const { machine, group, release, zone, environment, app, cause } = entry;
        const ofGroup = groupOf(group, entry);
        ofGroup.machines.add(machine);
        if (cause === 'external') ofGroup.foreignChanges += 1;
        machines.set(machine, {
          machine,
          group,
          release,
          zone,
          environment,
          app,
          launchedAt: entry.t,
          launchedBy: cause,
          serving: false,
          everServed: false,
        });
        return;
      }
      case 'machine.healthy':
        return change(entry.machine, undefined, (machine) => {
          machine.serving = true;
          machine.everServed = true;
          delete machine.deregisteredAt;
        });
      case 'machine.unhealthy':
        return change(entry.machine, entry.cause, (machine) => {
          machine.serving = false;
        });
      case 'machine.deregistered':
        return change(entry.machine, entry.cause, (machine) => {
          machine.serving = false;
          machine.deregisteredAt ??= entry.t;
        });
      case 'machine.terminated':
        return change(entry.machine, entry.cause, ({ group, machine }) => {
          groups.get(group)?.machines.delete(machine);
          machines.delete(machine);
        });
      default:
    }
  };

  const applyRest = (entry: StateEntry): void => {
    switch (entry.fact) {
      case 'policy':
        policies.set(entry.environment, { policy: entry, since: entry.t });
        return;
      case 'group.desired': {
        const group = groupOf(entry.group, entry);
        group.desired = entry.desired;
        if (entry.cause !== 'recycling' && entry.cause !== 'chaos') group.asked = entry.desired;
        return;
      }
      case 'group.gone':
        groups.delete(entry.group);
        placeOf(entry).groups.delete(entry.group);
        return;
      case 'zone.capacity':
        if (entry.available) zonesOut.delete(entry.zone);
        else zonesOut.add(entry.zone);
        return;
      case 'weights.set':
        placeOf(entry).weights = entry.weights;
        return;
      case 'lease.taken':
        placeOf(entry).lease = { owner: entry.owner, trigger: entry.trigger };
        return;
      case 'lease.ended':
        if (placeOf(entry).lease?.owner === entry.owner) delete placeOf(entry).lease;
        return;
      case 'hold':
        if (!entry.on) holds.delete(entry.environment);
        else if (!holds.has(entry.environment)) holds.set(entry.environment, entry.t);
        return;
      default:
        applyMachine(entry);
    }
  };
  return { machines, groups, places, policies, holds, zonesOut, apply: applyRest };
};
