import { launchedInFuture } from './circuit-breaker.ts';
import type { FleetGroup, FleetMachine } from './fleet.ts';

/** Why a group cannot be replaced safely now, for people; undefined: it can. */
export const groupSkipReason = ({ skip, desired, max, machines }: FleetGroup): string | undefined => {
  if (skip !== undefined) return skip;
  // Replacements are launched first: for a moment the group is larger than it should be.
  if (max <= desired)
    return `there is no room for a replacement: it has ${desired} machines and its maximum is ${max}`;
  return notWhole(desired, machines);
};

/** Why a machine is passed over though it is due, as people say it of the machine; undefined: it need not be. */
export const machineSkipReason = (machine: FleetMachine, now: number): string | undefined => {
  if (machine.launchedAt === undefined) return 'was launched at a time that EC2 does not show';
  if (launchedInFuture(machine, now)) return 'was launched in the future';
  if (machine.state !== 'InService') return `is ${machine.state}, not InService`;
  if (machine.protected) return 'is protected from scale-in';
  if (!machine.healthy) return 'is not healthy';
  return undefined;
};

// Replacing must not be what a group that already lacks machines has to bear besides.
function notWhole(desired: number, machines: readonly FleetMachine[]): string | undefined {
  let inService = 0;
  let unhealthy = 0;
  const others = new Map<string, number>();
  for (const { state, healthy } of machines) {
    if (state !== 'InService') others.set(state, (others.get(state) ?? 0) + 1);
    else if (healthy) inService += 1;
    else unhealthy += 1;
  }
  if (unhealthy === 0 && inService >= desired) return undefined;
  const rest = [...others].map(([state, count]) => `${count} ${state}`);
  if (unhealthy > 0) rest.unshift(`${unhealthy} not healthy`);
  const detail = rest.length === 0 ? '' : ` (${rest.join(', ')})`;
  return `it is not whole: ${inService} of ${desired} machines are in service and healthy${detail}`;
}
