import * as z from 'zod';
import type { ChaosPolicy, DisruptionPolicy, Weekday } from './environment.ts';
import { timeZoneProblem } from './off-hours-problem.ts';
import { checkedText, listOf, mapping, text, whole, yesOrNo } from './schema-parts.ts';

const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const satisfies readonly Weekday[];
const WORKDAYS = WEEKDAYS.slice(0, 5);

const alarmNames = listOf(text(/^[^\0]{1,255}$/, "an alarm's name, 1 to 255 characters"), {
  least: 0,
  most: 100,
});
const apps = listOf(text(/^[a-z][a-z0-9-]{0,39}$/, "an app's name"), { least: 0, most: 1000 });

/** How much may be out of service at once, with every default. */
export const disruptionSchema = mapping({
  machines: whole(1, 1000).default(1),
  percent: whole(0, 50).default(10),
  alarms: alarmNames.default([]),
  overduePercent: whole(1, 100).default(50),
}) satisfies z.ZodType<DisruptionPolicy>;

const hours = mapping({ from: whole(0, 23), until: whole(1, 24) }).superRefine(({ from, until }, context) => {
  if (until <= from)
    context.addIssue({ code: 'custom', path: ['until'], message: `expected more than from, ${from}` });
});

const weekday = z.enum(WEEKDAYS, { error: `expected one of ${WEEKDAYS.join(', ')}` });
const kind = z.enum(['terminate'], { error: "expected 'terminate'" });

const chaosFields = {
  enabled: yesOrNo().default(true),
  leashed: yesOrNo().default(true),
  meanDays: whole(1, 365).default(5),
  minimumGapHours: whole(0, 8760).default(24),
  hours: hours.default({ from: 9, until: 15 }),
  weekdays: listOf(weekday, { least: 1, most: 7 }).default([...WORKDAYS]),
  timeZone: checkedText(timeZoneProblem).default('UTC'),
  apps: apps.optional(),
  exceptApps: apps.default([]),
  kinds: listOf(kind, { least: 1, most: 1 }).default(['terminate']),
};

const chaos = mapping(chaosFields, 'true, false').superRefine(({ apps: only, exceptApps }, context) => {
  for (const [index, app] of exceptApps.entries()) {
    if (only?.includes(app) === true)
      context.addIssue({ code: 'custom', path: ['exceptApps', index], message: 'is in apps too' });
  }
});

/** How chaos tries an environment: not at all unless the file says so, and then on the leash. */
export const chaosSchema = z
  .preprocess((value) => (typeof value === 'boolean' ? { enabled: value } : value), chaos)
  .transform(({ apps: only, ...rest }): ChaosPolicy => ({
    ...rest,
    ...(only === undefined ? {} : { apps: only }),
  }));

/** What an environment has whose file says nothing of it. */
export const defaultDisruption: DisruptionPolicy = disruptionSchema.parse({});
/** The same for chaos: off. */
export const chaosOff: ChaosPolicy = chaosSchema.parse({ enabled: false });
