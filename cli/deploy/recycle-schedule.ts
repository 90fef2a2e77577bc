import type { Environment } from '#pipeline/environments/environment';
import { DEFAULT_MINUTES } from '#pipeline/recycle/minutes-between';

/** A machine's own timer leaves the schedule so many looks to replace it. */
const LOOKS_WITHIN_GRACE = 2;

/** Parameters of the template for recycling that looks every so many minutes; none: as the template has it. */
export const recycleParameters = (everyMinutes: number | undefined): Readonly<Record<string, string>> =>
  everyMinutes === undefined
    ? {}
    : { RecycleSchedule: everyMinutes === 1 ? 'rate(1 minute)' : `rate(${everyMinutes} minutes)` };

/** The environments whose machines may power themselves off before recycling has looked often enough. */
export const shortGraces = (
  environments: readonly Pick<Environment, 'name' | 'maximumUptimeMinutes' | 'uptimeGraceMinutes'>[],
  everyMinutes = DEFAULT_MINUTES,
): readonly string[] =>
  environments
    .filter(
      ({ maximumUptimeMinutes, uptimeGraceMinutes }) =>
        maximumUptimeMinutes !== undefined && uptimeGraceMinutes < LOOKS_WITHIN_GRACE * everyMinutes,
    )
    .map(
      ({ name, uptimeGraceMinutes }) =>
        `${name}: uptimeGraceMinutes is ${uptimeGraceMinutes} and recycling looks every ${everyMinutes} min: a machine may power itself off before it is replaced`,
    );
