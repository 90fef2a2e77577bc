import { distinctFleet } from './distinct-fleet.ts';
import { environmentOutlooks } from './environment-outlook.ts';
import type { FleetGroup, RecyclingPlan, RecyclingPolicy } from './fleet.ts';
import type { ForecastReplacement } from './forecast-batch.ts';
import { DEFAULT_LAUNCH_BUDGET, heldIn } from './plan-fleet.ts';
import { seededHash } from './seeded-fraction.ts';
import { simulateRecycling } from './simulate-recycling.ts';

/** How far and how finely to look ahead. */
export interface ForecastRequest {
  /** Milliseconds since the epoch; the first plan is made then. */
  readonly from: number;
  readonly hours: number;
  /** Between two plans, as the schedule is. */
  readonly everyMinutes: number;
  readonly seed: string;
  readonly evenIfOverdue?: boolean;
  /** Machines that a plan may launch in all environments together. */
  readonly launchBudget?: number;
}

/** What recycling will do if nothing else happens. */
export interface RecyclingForecast extends Pick<
  RecyclingPlan,
  'seed' | 'skipped' | 'passedOver' | 'held' | 'turnOver'
> {
  /** ISO 8601. */
  readonly from: string;
  readonly until: string;
  /** By time. */
  readonly replacements: readonly ForecastReplacement[];
}

/**
 * Foresees which machines are replaced when, as if every batch took what `batchSeconds` says, nothing failed, and no
 * release, person or alarm came between. Skipped are the groups that were passed over in the end, with the last reason, and
 * likewise machines. The same input gives the same answer.
 */
export const forecastRecycling = (
  fleet: readonly FleetGroup[],
  policies: readonly RecyclingPolicy[],
  request: ForecastRequest,
): RecyclingForecast => {
  const { from, hours, seed, evenIfOverdue = false, launchBudget = DEFAULT_LAUNCH_BUDGET } = request;
  const until = from + hours * 3_600_000;
  const groups = distinctFleet(fleet);
  const outlooks = environmentOutlooks(groups, policies, { now: from, all: false, evenIfOverdue });
  const { replacements, skipped, passedOver } = simulateRecycling(groups, {
    outlooks,
    from,
    until,
    everyMilliseconds: request.everyMinutes * 60_000,
    hashOf: seededHash(seed),
    launchBudget,
  });
  return {
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    seed,
    replacements,
    skipped: [...skipped.values()],
    passedOver: [...passedOver.values()],
    held: heldIn(outlooks, false),
    turnOver: [...outlooks.values()].map(({ turnOver }) => turnOver),
  };
};
