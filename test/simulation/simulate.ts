import type { Violation } from '#test/invariants/check-history';
import type { HistoryEntry } from '#test/invariants/history';
import { createWorld, NO_FAULTS, ZONES } from './create-world.ts';
import { startDrops } from './people.ts';
import { letNatureTakeItsCourse } from './nature.ts';
import { letOperatorsWork } from './operators.ts';
import type { WantedCapacity } from './operators.ts';
import { startSchedules } from './schedules.ts';
import { stateRest } from './at-rest.ts';
import type { Figures, Sabotage, World } from './world.ts';

export interface SimulationOptions {
  readonly days?: number;
  /** The whole history, not only what led to the first violation. */
  readonly keepHistory?: boolean;
  /** False: without the hash, which takes a part of the time. */
  readonly keepHash?: boolean;
  /** Without them everything goes well. */
  readonly faults?: boolean;
  readonly sabotage?: Sabotage;
}

/** What came out of a run. */
export interface Simulation {
  readonly seed: string;
  readonly history: readonly HistoryEntry[];
  readonly violations: readonly Violation[];
  /** SHA-256 over the whole history; empty where it was not kept. */
  readonly hash: string;
  readonly figures: Figures;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Until every app serves: the machines of a first release that fails serve nobody. */
const CALM_HOURS = 8;
/** Hours without faults at the end, in which everything comes to rest. */
const QUIET_HOURS = 18;
/** Violations after which there is nothing to learn from more. */
const MANY = 1000;
/** A Thursday. */
const STARTS_AT = Date.parse('2026-01-01T00:00:00Z');

const statePolicies = ({ environments, history }: World): void => {
  for (const { name, maximumUptimeMinutes, uptimeGraceMinutes, drainSeconds, chaos } of environments)
    history.state('world', {
      fact: 'policy',
      environment: name,
      graceSeconds: uptimeGraceMinutes * 60,
      drainSeconds,
      ...(maximumUptimeMinutes === undefined ? {} : { maximumUptimeSeconds: maximumUptimeMinutes * 60 }),
      // From decision to decision; the history has when they were written.
      ...(chaos.enabled
        ? { chaos: { leashed: chaos.leashed, minimumGapHours: chaos.minimumGapHours - 0.01 } }
        : {}),
    });
};

/** Some runs are calm, some are stormy. */
const setFaults = ({ faults, random }: World): void => {
  const strength = random.pick([0, 0.3, 1, 3]);
  Object.assign(faults, {
    slow: 0.02 * strength,
    throttled: 0.001 * strength,
    lost: 0.003 * strength,
    crash: 0.01 * strength,
  });
};

/** Runs Kiln's own code for days of virtual time against a simulated account; the seed determines everything. */
export const simulate = async (
  seed: string,
  { days = 30, keepHistory = false, keepHash = true, faults = true, sabotage }: SimulationOptions = {},
): Promise<Simulation> => {
  const world = createWorld(seed, {
    startAt: STARTS_AT,
    kept: { all: keepHistory, hash: keepHash },
    sabotage,
  });
  const { timeline, history, figures } = world;
  statePolicies(world);
  const endsAt = STARTS_AT + days * DAY;
  const wanted: WantedCapacity = new Map(
    world.fleet.flatMap(({ environment, apps }) =>
      apps.map((app) => [`${environment.name}/${app}`, environment.capacity.desired] as const),
    ),
  );
  startDrops(world, endsAt);
  startSchedules(world, endsAt + (QUIET_HOURS - 1) * HOUR);
  if (faults)
    timeline.after(CALM_HOURS * HOUR, () => {
      setFaults(world);
      letNatureTakeItsCourse(world, ZONES, endsAt);
      letOperatorsWork(world, wanted, endsAt);
    });
  const isOver = (): boolean => world.bug !== undefined || history.violations.length > MANY;
  await timeline.run(endsAt, isOver);
  Object.assign(world.faults, NO_FAULTS);
  await timeline.run(endsAt + QUIET_HOURS * HOUR, isOver);
  if (world.bug !== undefined) throw world.bug;
  stateRest(world, wanted);
  history.state('world', { fact: 'run.ended', quiet: true });
  figures['happened'] = timeline.happened();
  figures['entries'] = history.count();
  return { seed, history: history.entries, violations: history.violations, hash: history.hash(), figures };
};
