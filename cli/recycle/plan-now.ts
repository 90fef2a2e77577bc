import type { RecyclingPlan } from '#pipeline/recycle/fleet';
import { forecastRecycling } from '#pipeline/recycle/forecast';
import type { ForecastRequest, RecyclingForecast } from '#pipeline/recycle/forecast';
import { onlyAsked } from '#pipeline/recycle/only-asked';
import { planRecycling } from '#pipeline/recycle/plan-fleet';
import type { FleetNow } from './read-fleet-now.ts';

/** What is wanted of a plan. */
export interface PlanRequest {
  /** Only this app; the others count for the budget all the same. */
  readonly app: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly seed: string;
  readonly all: boolean;
  readonly evenIfOverdue: boolean;
}

/** What recycling would do now, as its function would plan it. */
export const planNow = (
  { fleet, policies }: FleetNow,
  { app, now, seed, all, evenIfOverdue }: PlanRequest,
): RecyclingPlan => {
  const options = { all, evenIfOverdue, launchedBefore: now };
  const plan = planRecycling(onlyAsked(fleet, app), policies, now, seed, options);
  const isAsked = (each: { readonly app: string }): boolean => app === undefined || each.app === app;
  return {
    ...plan,
    skipped: plan.skipped.filter(isAsked),
    passedOver: plan.passedOver.filter(isAsked),
  };
};

/** What recycling will do if nothing else happens; of one app only, where one is named. */
export const foresee = (
  { fleet, policies }: FleetNow,
  app: string | undefined,
  request: ForecastRequest,
): RecyclingForecast => {
  const forecast = forecastRecycling(fleet, policies, request);
  const isAsked = (each: { readonly app: string }): boolean => app === undefined || each.app === app;
  return {
    ...forecast,
    replacements: forecast.replacements.filter(isAsked),
    skipped: forecast.skipped.filter(isAsked),
    passedOver: forecast.passedOver.filter(isAsked),
  };
};
