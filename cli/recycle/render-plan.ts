import type { FleetGroup, RecyclingPlan } from '#pipeline/recycle/fleet';
import { ageOf } from '../age.ts';
import { clockTime } from '../clock-time.ts';
import { columnLines } from './column-lines.ts';
import { countText } from './count-text.ts';
import { renderOutlook } from './render-outlook.ts';

const launchTimes = (fleet: readonly FleetGroup[]): ReadonlyMap<string, number | undefined> =>
  new Map(
    fleet.flatMap(({ machines }) => machines.map(({ instanceId, launchedAt }) => [instanceId, launchedAt])),
  );

/** What a plan would replace now and in which order, what it passes over and why, for people. */
export const renderPlan = (plan: RecyclingPlan, fleet: readonly FleetGroup[]): string => {
  const { replacements, nextDueAt } = plan;
  const now = new Date(plan.at);
  const launched = launchTimes(fleet);
  const machines = replacements.reduce((sum, { retire }) => sum + retire.length, 0);
  const rows = replacements.flatMap(({ environment, app, retire, due }) =>
    retire.map(({ instanceId, zone }, index) => {
      const launchedAt = launched.get(instanceId);
      const age = launchedAt === undefined ? '-' : ageOf(new Date(launchedAt), now);
      const later = due - retire.length;
      const more = index < retire.length - 1 || later <= 0 ? '' : `then ${later} more, batch by batch`;
      return [environment, app, instanceId, zone, age, more];
    }),
  );
  const headline =
    machines === 0
      ? 'nothing is replaced now'
      : `${countText(machines, 'machine')} of ${countText(replacements.length, 'group')} would be replaced now, the longest due first:`;
  return [
    headline,
    ...(rows.length === 0 ? [] : columnLines([['ENV', 'APP', 'MACHINE', 'ZONE', 'AGE', ''], ...rows])),
    ...renderOutlook(plan),
    ...(nextDueAt === undefined ? [] : ['', `the next machine falls due: ${clockTime(nextDueAt, now)}`]),
  ].join('\n');
};
