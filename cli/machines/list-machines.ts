import type { AppInEnvironment } from '../environments/environment-records.ts';
import type { FleetMachine } from '../machines.ts';
import { passedOverNote, recyclingNote } from './recycling-note.ts';

/** A machine with what its environment says of its age. */
export interface ListedMachine extends FleetMachine {
  /** Absent: its age is no reason to replace it. */
  readonly maximumUptimeSeconds?: number;
  /** Why it is not replaced although it may be due, for people. */
  readonly recycling?: string;
}

/** Machines beside the rules of their environment and how recycling fares with their app. */
export const listMachines = (
  machines: readonly FleetMachine[],
  apps: readonly AppInEnvironment[],
  now: Date,
): ListedMachine[] =>
  machines.map((machine) => {
    const found = apps.find(
      ({ environment, record }) => environment.name === machine.environment && record.app === machine.app,
    );
    const minutes = found?.environment.maximumUptimeMinutes;
    const isServing =
      machine.groupName !== undefined && machine.groupName === found?.record.current?.groupName;
    const note =
      isServing && found !== undefined
        ? (passedOverNote(found.record, machine.instanceId, now) ?? recyclingNote(found.record, now))
        : undefined;
    return {
      ...machine,
      ...(minutes === undefined ? {} : { maximumUptimeSeconds: minutes * 60 }),
      ...(note === undefined ? {} : { recycling: note }),
    };
  });
