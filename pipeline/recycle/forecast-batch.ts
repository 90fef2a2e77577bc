import type { InstanceId } from '../model.ts';
import type { FleetGroup, FleetMachine, PlannedReplacement, RecyclingPolicy } from './fleet.ts';
import { batchSeconds } from './turn-over.ts';

/** A batch as it would be replaced. */
export interface ForecastReplacement {
  /** When its replacements are launched, ISO 8601. */
  readonly at: string;
  /** When the old machines are gone, ISO 8601. */
  readonly until: string;
  readonly environment: string;
  readonly app: string;
  readonly groupName: string;
  readonly retire: readonly ForecastMachine[];
}

/** A machine as it would be replaced. */
export interface ForecastMachine {
  /** `i-forecast-…`: one that does not exist yet. */
  readonly instanceId: InstanceId;
  readonly zone: string;
  readonly ageSeconds: number;
}

/** A batch that is under way in a forecast. */
export interface ForecastBatch {
  readonly replacement: ForecastReplacement;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The group when it is done. */
  readonly after: FleetGroup;
}

/** Where and when a batch is. */
export interface BatchContext {
  readonly group: FleetGroup;
  readonly policy: RecyclingPolicy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly hashOf: (text: string) => number;
}

/** Foresees what a batch that begins now does to its group. */
export const forecastBatch = (
  planned: PlannedReplacement,
  { group, policy, now, hashOf }: BatchContext,
): ForecastBatch => {
  const until = now + batchSeconds(group, policy) * 1000;
  const retired = new Set(planned.retire.map(({ instanceId }) => instanceId));
  const old = new Map<string, FleetMachine>();
  const machines = group.machines.map((machine) => {
    if (!retired.has(machine.instanceId)) return machine;
    old.set(machine.instanceId, machine);
    return { ...machine, instanceId: successorOf(machine.instanceId, now, hashOf), launchedAt: now };
  });
  const { environment, app, groupName } = planned;
  const retire = planned.retire.map(({ instanceId, zone }) => ({
    instanceId,
    zone,
    ageSeconds: Math.round((now - (old.get(instanceId)?.launchedAt ?? now)) / 1000),
  }));
  const times = { at: new Date(now).toISOString(), until: new Date(until).toISOString() };
  return {
    replacement: { ...times, environment, app, groupName, retire },
    until,
    after: { ...group, machines },
  };
};

// The id that EC2 will give it cannot be known; another id is another due time.
function successorOf(instanceId: string, now: number, hashOf: BatchContext['hashOf']): InstanceId {
  const digits = ['a', 'b'].map((part) =>
    hashOf(`${instanceId}/${now}/${part}`).toString(16).padStart(8, '0'),
  );
  return `i-forecast-${digits.join('')}`;
}
