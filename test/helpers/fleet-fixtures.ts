import type { FleetGroup, FleetMachine, RecyclingPolicy } from '#pipeline/recycle/fleet';
import { createRandomSource } from '#test/parity/protocols/random-value';

export const NOW = Date.parse('2026-03-02T12:00:00Z');
export const HOUR = 3_600_000;
const ZONES = ['a', 'b', 'c'] as const;

/** The nth machine of all, in service, launched an hour ago unless told otherwise. */
export const aFleetMachine = (index: number, overrides: Partial<FleetMachine> = {}): FleetMachine => ({
  instanceId: `i-${index.toString(16).padStart(17, '0')}`,
  zone: ZONES[index % ZONES.length] ?? 'a',
  launchedAt: NOW - HOUR,
  state: 'InService',
  healthy: true,
  protected: false,
  ...overrides,
});

/** A group with room, of as many machines as it has. */
export const aFleetGroup = (overrides: Partial<FleetGroup> = {}): FleetGroup => {
  const machines = overrides.machines ?? [0, 1, 2, 3].map((index) => aFleetMachine(index));
  return {
    environment: 'prod',
    app: 'shop',
    groupName: 'prod-shop',
    releaseId: 'shop-1.0.0-0000000000000000',
    desired: machines.length,
    max: machines.length * 2,
    zones: ZONES,
    bootSeconds: 30,
    ...overrides,
    machines,
  };
};

/** A day of uptime, a tenth of the machines at once. */
export const aRecyclingPolicy = (overrides: Partial<RecyclingPolicy> = {}): RecyclingPolicy => ({
  environment: 'prod',
  maximumUptimeSeconds: 86_400,
  graceSeconds: 1800,
  drainSeconds: 30,
  disruption: { machines: 1, percent: 10, alarms: [], overduePercent: 50 },
  disrupted: 0,
  ...overrides,
});

/** How large a fleet is wanted. */
export interface FleetSize {
  readonly machines: number;
  readonly groups: number;
  readonly environments: number;
  readonly seed: number;
}

/** A fleet of groups of many sizes, its machines of all ages up to a day and a week old. */
export const aFleet = ({ machines, groups, environments, seed }: FleetSize): readonly FleetGroup[] => {
  const random = createRandomSource(seed);
  const weights = Array.from({ length: groups }, () => 0.1 + random());
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let given = 0;
  return weights.map((weight, index) => {
    const left = machines - given - (groups - index - 1);
    const count =
      index === groups - 1 ? left : Math.max(1, Math.min(left, Math.round((machines * weight) / whole)));
    const first = given;
    given += count;
    return aFleetGroup({
      environment: `env-${index % environments}`,
      app: `app-${index}`,
      groupName: `group-${index}`,
      machines: Array.from({ length: count }, (_, at) =>
        aFleetMachine(first + at, {
          zone: ZONES[at % ZONES.length] ?? 'a',
          launchedAt: NOW - Math.floor(random() * 8 * 24 * HOUR),
        }),
      ),
    });
  });
};

/** A policy for each environment of `aFleet`: a week of uptime and a day and a half of grace. */
export const policiesFor = (
  fleet: readonly FleetGroup[],
  overrides: Partial<RecyclingPolicy> = {},
): readonly RecyclingPolicy[] =>
  [...new Set(fleet.map(({ environment }) => environment))].map((environment) =>
    aRecyclingPolicy({
      environment,
      maximumUptimeSeconds: 7 * 86_400,
      graceSeconds: 129_600,
      ...overrides,
    }),
  );
