import type { Parameter } from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors.ts';
import type { ParameterValue, Template, TemplateParameter } from '../model.ts';

const stored = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** Does the type take its value from Parameter Store? */
export const readsParameterStore = (type: string): boolean => stored.test(type);

const isList = (type: string): boolean => /^(CommaDelimitedList|List<.+>)$/.test(type.replace(stored, '$1'));

/** Is the value hidden when the stack is described? */
export const isHidden = (parameter: TemplateParameter | undefined): boolean =>
  String(parameter?.NoEcho) === 'true';

const outside = (
  value: number,
  least: number | string | undefined,
  most: number | string | undefined,
): boolean => (least !== undefined && value < Number(least)) || (most !== undefined && value > Number(most));

const problemOf = (key: string, parameter: TemplateParameter, value: string): string | undefined => {
  const { AllowedValues, AllowedPattern, Type } = parameter;
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value)) {
    return `Parameter '${key}' must be one of AllowedValues`;
  }
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    return `Parameter '${key}' must match pattern ${AllowedPattern}`;
  }
  if (Type === 'Number' && (value.trim() === '' || !Number.isFinite(Number(value)))) {
    return `Parameter '${key}' must be a number`;
  }
  if (Type === 'Number' && outside(Number(value), parameter.MinValue, parameter.MaxValue)) {
    return `Parameter '${key}' must be a number from ${parameter.MinValue ?? '-∞'} to ${parameter.MaxValue ?? '∞'}`;
  }
  if (Type === 'String' && outside(value.length, parameter.MinLength, parameter.MaxLength)) {
    return `Parameter '${key}' must contain ${parameter.MinLength ?? 0} to ${parameter.MaxLength ?? '∞'} characters`;
  }
  return undefined;
};

const given = (
  key: string,
  inputs: readonly Parameter[],
  previous: readonly ParameterValue[],
): string | undefined => {
  const input = inputs.find(({ ParameterKey }) => ParameterKey === key);
  if (input?.UsePreviousValue !== true) return input?.ParameterValue;
  const before = previous.find((parameter) => parameter.key === key);
  if (before === undefined) {
    throw validationError(
      `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
    );
  }
  return before.value;
};

/** The values of a template's parameters: as given, else the default; every problem of one kind is reported at once. */
export const parameterValues = (
  template: Template,
  inputs: readonly Parameter[],
  previous: readonly ParameterValue[],
): ParameterValue[] => {
  const unknown = inputs.filter(({ ParameterKey }) => template.Parameters[ParameterKey ?? ''] === undefined);
  if (unknown.length > 0) {
    const names = unknown.map(({ ParameterKey }) => ParameterKey).join(', ');
    throw validationError(`Parameters: [${names}] do not exist in the template`);
  }
  const values = Object.entries(template.Parameters).map(([key, parameter]) => {
    const value = given(key, inputs, previous) ?? parameter.Default;
    return { key, parameter, value: value === undefined ? undefined : String(value) };
  });
  const missing = values.filter(({ value }) => value === undefined).map(({ key }) => key);
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  return values.map(({ key, parameter, value = '' }) => {
    const problem = problemOf(key, parameter, value);
    if (problem !== undefined) throw validationError(parameter.ConstraintDescription ?? problem);
    return { key, value };
  });
};

/** What `Ref` of a parameter gives: text, or a list for list types. */
export const parameterRef = (type: string, { value, resolved }: ParameterValue): string | string[] => {
  const text = resolved ?? value;
  return isList(type) ? text.split(',').map((item) => item.trim()) : text;
};
