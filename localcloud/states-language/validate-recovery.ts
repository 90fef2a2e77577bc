import type { Problem } from './definition-problem.ts';
import { problem } from './definition-problem.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';

const schema = (message: string, path: string): Problem => problem('SCHEMA_VALIDATION_FAILED', message, path);

const rulesOf = (value: Json | undefined, path: string): { rules: JsonObject[]; problems: Problem[] } => {
  if (value === undefined) return { rules: [], problems: [] };
  if (!Array.isArray(value) || !value.every(isObject)) {
    return { rules: [], problems: [schema('expected an array of objects', path)] };
  }
  return { rules: value, problems: [] };
};

const validateNames = (rules: readonly JsonObject[], path: string): Problem[] =>
  rules.flatMap((rule, index) => {
    const names = rule['ErrorEquals'];
    const where = `${path}[${index}]/ErrorEquals`;
    if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
      return [schema('expected at least one error name', where)];
    }
    if (!names.includes('States.ALL')) return [];
    return names.length === 1 && index === rules.length - 1
      ? []
      : [schema("'States.ALL' must stand alone and in the last rule", where)];
  });

const limits: Readonly<Record<string, { readonly least: number; readonly whole: boolean }>> = {
  IntervalSeconds: { least: 1, whole: true },
  MaxAttempts: { least: 0, whole: true },
  BackoffRate: { least: 1, whole: false },
  MaxDelaySeconds: { least: 1, whole: true },
};

const validateNumbers = (rule: JsonObject, path: string): Problem[] =>
  Object.entries(limits).flatMap(([field, { least, whole }]) => {
    const value = rule[field];
    if (value === undefined) return [];
    const fits = typeof value === 'number' && value >= least && (!whole || Number.isInteger(value));
    return fits
      ? []
      : [schema(`expected ${whole ? 'an integer' : 'a number'} of at least ${least}`, `${path}/${field}`)];
  });

const retryFields = ['ErrorEquals', 'Comment', 'JitterStrategy', ...Object.keys(limits)];
const catchFields = ['ErrorEquals', 'Comment', 'Next', 'Output', 'Assign'];

const unknownFields = (rule: JsonObject, known: readonly string[], path: string): Problem[] =>
  Object.keys(rule)
    .filter((field) => !known.includes(field))
    .map((field) => schema(`Field '${field}' is not supported`, `${path}/${field}`));

/** Finds what is wrong with a state's `Retry`. */
export const validateRetry = (value: Json | undefined, path: string): Problem[] => {
  const { rules, problems } = rulesOf(value, path);
  const jitter = rules.flatMap((rule, index) =>
    ['NONE', 'FULL', undefined].includes(rule['JitterStrategy'] as string | undefined)
      ? []
      : [schema("expected 'NONE' or 'FULL'", `${path}[${index}]/JitterStrategy`)],
  );
  const others = rules.flatMap((rule, index) => [
    ...validateNumbers(rule, `${path}[${index}]`),
    ...unknownFields(rule, retryFields, `${path}[${index}]`),
  ]);
  return [...problems, ...validateNames(rules, path), ...jitter, ...others];
};

/** Finds what is wrong with a state's `Catch`. */
export const validateCatch = (
  value: Json | undefined,
  path: string,
  targets: readonly string[],
): Problem[] => {
  const { rules, problems } = rulesOf(value, path);
  const next = rules.flatMap((rule, index) =>
    typeof rule['Next'] === 'string' && targets.includes(rule['Next'])
      ? []
      : [
          problem(
            'MISSING_TRANSITION_TARGET',
            `Missing 'Next' target: ${JSON.stringify(rule['Next'])}`,
            `${path}[${index}]/Next`,
          ),
        ],
  );
  const others = rules.flatMap((rule, index) => unknownFields(rule, catchFields, `${path}[${index}]`));
  return [...problems, ...validateNames(rules, path), ...next, ...others];
};
