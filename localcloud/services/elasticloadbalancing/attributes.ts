import { invalidConfiguration, validationError } from './errors.ts';

/** A key and value as the API passes attributes. */
export interface Attribute {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** What an attribute may be: its default, and why a value is refused (undefined when it is fine). */
export interface AttributeRule {
  readonly initial: string;
  readonly refusal?: (value: string) => string | undefined;
}

/** Rules of all attributes of a kind of resource, by key. */
export type AttributeRules = Readonly<Record<string, AttributeRule>>;

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most: number): ((value: string) => string | undefined) => {
  const text = `must be between '${least}' and '${most}' inclusive`;
  return (value) =>
    /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? undefined : text;
};

/** One of the values. */
export const oneOf =
  (...values: readonly string[]): ((value: string) => string | undefined) =>
  (value) =>
    values.includes(value) ? undefined : `must be one of '[${values.join(', ')}]'`;

/** Every attribute with its value, in the order of the rules. */
export const allAttributes = (
  rules: AttributeRules,
  changed: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] =>
  Object.entries(rules).map(([Key, { initial }]) => ({ Key, Value: changed[Key] ?? initial }));

/** The attributes after a change; `onlyDefault` names keys whose other values the local cloud cannot carry out. */
export const changeAttributes = (
  rules: AttributeRules,
  before: Readonly<Record<string, string>>,
  changes: readonly Attribute[],
  onlyDefault: ReadonlySet<string>,
): Record<string, string> => {
  const after: Record<string, string> = { ...before };
  for (const { Key = '', Value = '' } of changes) {
    const rule = Object.hasOwn(rules, Key) ? rules[Key] : undefined;
    if (rule === undefined) throw validationError(`Attribute key '${Key}' is not recognized`);
    const refusal = rule.refusal?.(Value);
    if (refusal !== undefined) throw validationError(`Attribute '${Key}' value '${Value}' ${refusal}`);
    if (onlyDefault.has(Key) && Value !== rule.initial)
      throw invalidConfiguration(
        `attribute '${Key}' = '${Value}' is not supported by the local cloud: needed '${rule.initial}'`,
      );
    after[Key] = Value;
  }
  return after;
};
