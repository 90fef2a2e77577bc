import * as z from 'zod';
import { approvalSchema } from './approval-schema.ts';
import { chaosSchema, disruptionSchema } from './disruption-schema.ts';
import type { Environment } from './environment.ts';
import { cronProblem, timeZoneProblem } from './off-hours-problem.ts';
import { parameterNameProblem, parameterSizeProblem, parameterValueProblem } from './parameter-problem.ts';
import { rolloutSchema } from './rollout-schema.ts';
import { checkedText, listOf, mapping, text, whole, yesOrNo } from './schema-parts.ts';
import { uptimeProblem } from './uptime-problem.ts';

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

const fields = mapping({
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
  maximumUptimeMinutes: whole(1, 60 * WEEK_MINUTES).optional(),
  uptimeGraceMinutes: whole(1, WEEK_MINUTES).default(30),
  disruption: disruptionSchema.prefault({}),
  chaos: chaosSchema.prefault(false),
  parameters: parameters.default({}),
  offHours: offHours.optional(),
  whileOff: z.enum(['wait', 'refuse'], { error: "expected 'wait' or 'refuse'" }).default('wait'),
});

type Fields = z.output<typeof fields>;

const checkZones = ({ zones: given, allowOneZone }: Fields, context: z.RefinementCtx): void => {
  if (given?.length !== 1 || allowOneZone) return;
  const message = 'has one zone, expected two or more; or allowOneZone: true, to go down with it';
  context.addIssue({ code: 'custom', path: ['zones'], message });
};

const checkCanary = ({ rollout, capacity: { desired } }: Fields, context: z.RefinementCtx): void => {
  if ((rollout.canaryMachines ?? 0) <= desired) return;
  const message = `expected at most the desired capacity, ${desired}`;
  context.addIssue({ code: 'custom', path: ['rollout', 'canaryMachines'], message });
};

const checkUptime = (given: Fields, context: z.RefinementCtx): void => {
  const { maximumUptimeMinutes, capacity: machinesOf } = given;
  if (maximumUptimeMinutes === undefined) return;
  const message = uptimeProblem(maximumUptimeMinutes, given);
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['maximumUptimeMinutes'], message });
  if (machinesOf.max > machinesOf.desired) return;
  const noRoom = `expected more than desired, ${machinesOf.desired}: with maximumUptimeMinutes a machine is launched before another goes`;
  context.addIssue({ code: 'custom', path: ['capacity', 'max'], message: noRoom });
};

const checkChaos = ({ chaos, capacity: { max } }: Fields, context: z.RefinementCtx): void => {
  if (!chaos.enabled || max >= 2) return;
  const message = 'expected at least 2 with chaos, which leaves a single machine alone';
  context.addIssue({ code: 'custom', path: ['capacity', 'max'], message });
};

const file = fields.superRefine((given, context) => {
  for (const check of [checkZones, checkCanary, checkUptime, checkChaos]) check(given, context);
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
