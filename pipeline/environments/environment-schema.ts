import * as z from 'zod';
import { approvalSchema } from './approval-schema.ts';
import type { Environment } from './environment.ts';
import { cronProblem, timeZoneProblem } from './off-hours-problem.ts';
import { parameterNameProblem, parameterSizeProblem, parameterValueProblem } from './parameter-problem.ts';
import { rolloutSchema } from './rollout-schema.ts';
import { checkedText, listOf, mapping, text, whole, yesOrNo } from './schema-parts.ts';

const MAX_MACHINES = 1000;
const WEEK_MINUTES = 10_080;
/** Names that Kiln gives to other things: the smoke test's machines, an output of the stack. */
const TAKEN_NAMES = new Set(['smoke', 'slack-interaction']);

const name = checkedText((value) => {
  if (!/^[a-z](?:-?[a-z0-9])*$/.test(value) || value.length > 20)
    return 'expected a small letter, then small letters, digits and single hyphens, at most 20 characters';
  return TAKEN_NAMES.has(value) ? 'is a name that Kiln uses itself, expected another' : undefined;
});

const machines = whole(1, MAX_MACHINES);

const capacity = z
  .preprocess(
    (value) => (typeof value === 'number' ? { desired: value } : value),
    mapping({ min: machines.optional(), desired: machines.optional(), max: machines.optional() }),
  )
  .transform(({ min, desired, max }) => {
    const wanted = desired ?? min ?? 2;
    return { min: min ?? wanted, desired: wanted, max: max ?? wanted * 2 };
  })
  .superRefine(({ min, desired, max }, context) => {
    const tooFew = `expected at least min, ${min}`;
    if (desired < min) context.addIssue({ code: 'custom', path: ['desired'], message: tooFew });
    const tooMany = `expected at least desired, ${desired}`;
    if (max < desired) context.addIssue({ code: 'custom', path: ['max'], message: tooMany });
  });

const zones = listOf(text(/^[a-z]$/, "a zone's last letter, as 'a'"), { least: 1, most: 10 });

const parameters = z
  .custom<Readonly<Record<string, string>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    { error: 'expected a mapping of names to texts' },
  )
  .superRefine((given, context) => {
    for (const [key, value] of Object.entries(given)) {
      const message = parameterNameProblem(key) ?? parameterValueProblem(value);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
    }
    const message = parameterSizeProblem(given);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const offHours = mapping({
  off: checkedText(cronProblem),
  on: checkedText(cronProblem),
  timeZone: checkedText(timeZoneProblem).default('UTC'),
}).superRefine(({ off, on }, context) => {
  if (off === on)
    context.addIssue({ code: 'custom', path: ['on'], message: "expected another time than that of 'off'" });
});

const file = mapping({
  name,
  port: whole(1, 65_535).optional(),
  capacity: capacity.default({ min: 2, desired: 2, max: 4 }),
  zones: zones.optional(),
  allowOneZone: yesOrNo().default(false),
  instanceType: text(/^[a-z][a-z0-9-]{0,30}\.[a-z0-9-]{1,30}$/, "an instance type, as 't3.small'").optional(),
  rollout: rolloutSchema.prefault('all-at-once'),
  approval: approvalSchema.optional(),
  warmBlueMinutes: whole(0, WEEK_MINUTES).default(0),
  drainSeconds: whole(0, 3600).default(30),
  healthGraceSeconds: whole(0, 7200).default(120),
  maximumUptimeMinutes: whole(5, 60 * WEEK_MINUTES).optional(),
  parameters: parameters.default({}),
  offHours: offHours.optional(),
  whileOff: z.enum(['wait', 'refuse'], { error: "expected 'wait' or 'refuse'" }).default('wait'),
}).superRefine(({ zones, allowOneZone, capacity, rollout }, context) => {
  if (zones?.length === 1 && !allowOneZone) {
    const message = 'has one zone, expected two or more; or allowOneZone: true, to go down with it';
    context.addIssue({ code: 'custom', path: ['zones'], message });
  }
  if ((rollout.canaryMachines ?? 0) > capacity.desired) {
    const message = `expected at most the desired capacity, ${capacity.desired}`;
    context.addIssue({ code: 'custom', path: ['rollout', 'canaryMachines'], message });
  }
});

/** An environment, all but its port, which may follow from its place. */
export type ParsedEnvironment = Omit<Environment, 'port'> & { readonly port: number | undefined };

const withoutUndefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;

/** The whole file. */
export const environmentsSchema = mapping({
  environments: z
    .array(
      file.transform(({ allowOneZone: _checked, port, ...rest }): ParsedEnvironment => ({
        ...withoutUndefined(rest),
        port,
      })),
      { error: 'expected a list of environments, in the order in which a release goes through them' },
    )
    .min(1, { error: 'expected at least one environment' })
    .max(20, { error: 'expected at most 20 environments' }),
});
