import { distinctFleet } from './distinct-fleet.ts';
import { environmentOutlooks } from './environment-outlook.ts';
import type { EnvironmentOutlook } from './environment-outlook.ts';
import type { FleetGroup, RecyclingPlan, RecyclingPolicy } from './fleet.ts';
import { planDue } from './plan-due.ts';
import type { PlanBudget } from './plan-due.ts';
import { seededFraction } from './seeded-fraction.ts';

/** What the account's launch rate gives back between two plans, five minutes apart: 2 per second. */
export const DEFAULT_LAUNCH_BUDGET = 600;

/** What may be asked of a plan. */
export interface RecyclingOptions {
  /** Everything is replaced, whatever its age and whether or not its environment has a maximum uptime. */
  readonly all?: boolean;
  /** With `all`: only what was launched before, milliseconds since the epoch, so that replacements are left alone. */
  readonly launchedBefore?: number;
  /** Also when so many are overdue at once that a clock may be wrong. */
  readonly evenIfOverdue?: boolean;
  /** Machines that the plan may launch in all environments together. */
  readonly launchBudget?: number;
}

/**
 * Plans which machines are replaced now: at most one batch a group, each within its environment's budget and all within
 * the account's launch rate. Pure: the same fleet, policies, time (milliseconds since the epoch), seed and options give
 * the same plan. Groups of environments without a policy are left alone.
 */
export const planRecycling = (
  fleet: readonly FleetGroup[],
  policies: readonly RecyclingPolicy[],
  now: number,
  seed: string,
  options: RecyclingOptions = {},
): RecyclingPlan => {
  const { all = false, evenIfOverdue = false } = options;
  const { launchBudget = DEFAULT_LAUNCH_BUDGET, launchedBefore = Infinity } = options;
  const groups = distinctFleet(fleet);
  const outlooks = environmentOutlooks(groups, policies, { now, all, evenIfOverdue });
  const { replacements, skipped, passedOver, nextDueAt } = planDue(groups, {
    outlooks,
    now,
    fractionOf: seededFraction(seed),
    allBefore: all ? launchedBefore : -Infinity,
    budget: budgetOf(policies, launchBudget),
  });
  const next = [...nextDueAt.values()].reduce((earliest, at) => Math.min(earliest, at), Infinity);
  return {
    at: new Date(now).toISOString(),
    seed,
    replacements,
    skipped,
    passedOver,
    held: heldIn(outlooks, all),
    turnOver: [...outlooks.values()].map(({ turnOver }) => turnOver),
    ...(next === Infinity ? {} : { nextDueAt: new Date(next).toISOString() }),
  };
};

/** What a plan may spend, before anything is planned. */
export const budgetOf = (policies: readonly RecyclingPolicy[], launches: number): PlanBudget => ({
  launches,
  disrupted: new Map(policies.map(({ environment, disrupted }) => [environment, disrupted])),
});

/** The environments that are held, of those in which something would be recycled. */
export const heldIn = (
  outlooks: ReadonlyMap<string, EnvironmentOutlook>,
  all: boolean,
): readonly { readonly environment: string; readonly reason: string }[] =>
  [...outlooks].flatMap(([environment, { held, policy }]) =>
    held === undefined || (policy.maximumUptimeSeconds === undefined && !all)
      ? []
      : [{ environment, reason: held }],
  );
