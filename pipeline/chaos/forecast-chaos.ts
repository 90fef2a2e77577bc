import type { ChaosPolicy } from '../environments/environment.ts';
import type { InstanceInZone } from '../model.ts';
import { dueKill, isInWindow } from './chaos-calendar.ts';
import { takesPart } from './check-app.ts';
import { chooseVictim } from './choose-victim.ts';
import { localTime } from './local-time.ts';
import type { LocalTime } from './local-time.ts';

const MINUTE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 3_600_000;

/** An environment as the forecast sees it. */
export interface ChaosSubject {
  readonly environment: string;
  readonly policy: ChaosPolicy;
  readonly apps: readonly {
    readonly app: string;
    /** As they are now: those that a kill would choose from. */
    readonly machines: readonly InstanceInZone[];
    /** The last kill, ISO 8601. */
    readonly lastKillAt?: string;
  }[];
  /** Ids of kills that were done, or held back, already. */
  readonly done: readonly string[];
}

export interface ForecastRange {
  readonly from: Date;
  readonly hours: number;
  readonly seed: string;
}

/** A kill that will be tried, if nothing forbids it then. */
export interface ExpectedKill {
  /** ISO 8601. */
  readonly at: string;
  /** The same on the environment's clocks: `2026-03-29 10:17`. */
  readonly local: string;
  readonly timeZone: string;
  readonly environment: string;
  readonly app: string;
  readonly killId: string;
  readonly leashed: boolean;
  /** Among today's machines; absent when there is none. */
  readonly victim?: InstanceInZone;
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');

const clockOf = ({ date, minute }: LocalTime): string =>
  `${date} ${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;

/** What happens to an environment minute by minute: the clock on its walls decides, so no local time is converted back. */
const forecastEnvironment = (
  { environment, policy, apps, done }: ChaosSubject,
  { from, hours, seed }: ForecastRange,
): ExpectedKill[] => {
  const expected: ExpectedKill[] = [];
  const seen = new Set(done);
  const last = new Map(apps.map(({ app, lastKillAt }) => [app, Date.parse(lastKillAt ?? '')]));
  const start = from.getTime();
  for (let at = start; at < start + hours * HOUR_MILLISECONDS; at += MINUTE_MILLISECONDS) {
    const now = localTime(new Date(at), policy.timeZone);
    if (!isInWindow(policy, now)) continue;
    for (const { app, machines } of apps) {
      const killId = dueKill({ seed, environment, app }, now, policy);
      if (killId === undefined || seen.has(killId) || !takesPart(policy, app)) continue;
      // As the plan does, which asks again until the kill is too late.
      if (at - (last.get(app) ?? Number.NaN) < policy.minimumGapHours * HOUR_MILLISECONDS) continue;
      seen.add(killId);
      last.set(app, at);
      const victim = chooseVictim(seed, killId, machines);
      expected.push({
        at: new Date(at).toISOString(),
        local: clockOf(now),
        timeZone: policy.timeZone,
        environment,
        app,
        killId,
        leashed: policy.leashed,
        ...(victim === undefined ? {} : { victim }),
      });
    }
  }
  return expected;
};

/**
 * What chaos will try in the next hours, in order. The same seed gives the same answer; what may forbid a kill when its
 * time comes (an alarm, a rollout, the budget) is not known yet.
 */
export const forecastChaos = (subjects: readonly ChaosSubject[], range: ForecastRange): ExpectedKill[] =>
  subjects
    .filter(({ policy }) => policy.enabled)
    .flatMap((subject) => forecastEnvironment(subject, range))
    .toSorted((a, b) => a.at.localeCompare(b.at));
