import { isIP } from 'node:net';
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalidConfiguration, validationError } from './errors.ts';

// User Guide, "Quotas": condition values and wildcards of one rule.
const VALUES_PER_RULE = 5;
const WILDCARDS_PER_RULE = 6;
const MAX_PATTERN = 128;

const checkText = (field: string, values: readonly string[] | undefined): string[] => {
  if (values === undefined || values.length === 0)
    throw validationError(`A condition of field '${field}' must have at least one value`);
  for (const value of values) {
    if (value.length === 0 || value.length > MAX_PATTERN)
      throw validationError(
        `The value '${value}' of field '${field}' must have 1 to ${MAX_PATTERN} characters`,
      );
  }
  return [...values];
};

const checkRanges = (values: readonly string[] | undefined): string[] => {
  const ranges = checkText('source-ip', values);
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    const family = isIP(address);
    if (family === 0 || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
      throw validationError(`The CIDR block '${range}' is not valid`);
  }
  return ranges;
};

const refuseRegex = (condition: RuleCondition): void => {
  const configs = [
    condition,
    condition.HostHeaderConfig,
    condition.PathPatternConfig,
    condition.HttpHeaderConfig,
  ];
  if (configs.some((config) => (config?.RegexValues ?? []).length > 0))
    throw invalidConfiguration(
      'RegexValues of a condition are not supported by the local cloud: needed Values',
    );
};

const normalise = (condition: RuleCondition): RuleCondition => {
  refuseRegex(condition);
  const { Field } = condition;
  switch (Field) {
    case 'host-header': {
      const Values = checkText(Field, condition.HostHeaderConfig?.Values ?? condition.Values);
      return { Field, Values, HostHeaderConfig: { Values } };
    }
    case 'path-pattern': {
      const Values = checkText(Field, condition.PathPatternConfig?.Values ?? condition.Values);
      return { Field, Values, PathPatternConfig: { Values } };
    }
    case 'http-header': {
      const HttpHeaderName = condition.HttpHeaderConfig?.HttpHeaderName ?? '';
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/.test(HttpHeaderName))
        throw validationError(`The HTTP header name '${HttpHeaderName}' is not valid`);
      const Values = checkText(Field, condition.HttpHeaderConfig?.Values);
      return { Field, HttpHeaderConfig: { HttpHeaderName, Values } };
    }
    case 'http-request-method': {
      const Values = checkText(Field, condition.HttpRequestMethodConfig?.Values);
      return { Field, HttpRequestMethodConfig: { Values } };
    }
    case 'source-ip':
      return { Field, SourceIpConfig: { Values: checkRanges(condition.SourceIpConfig?.Values) } };
    case 'query-string': {
      const pairs = condition.QueryStringConfig?.Values ?? [];
      checkText(
        Field,
        pairs.map(({ Value }) => Value ?? ''),
      );
      return { Field, QueryStringConfig: { Values: pairs } };
    }
    default:
      throw validationError(
        `Condition field '${Field ?? ''}' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'`,
      );
  }
};

const textsOf = (condition: RuleCondition): string[] => [
  ...(condition.HostHeaderConfig?.Values ?? []),
  ...(condition.PathPatternConfig?.Values ?? []),
  ...(condition.HttpHeaderConfig?.Values ?? []),
  ...(condition.HttpRequestMethodConfig?.Values ?? []),
  ...(condition.SourceIpConfig?.Values ?? []),
  ...(condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => `${Key ?? ''}${Value ?? ''}`),
];

/** Checks the conditions of a rule and fills in what DescribeRules answers. */
export const checkConditions = (conditions: readonly RuleCondition[] | undefined): RuleCondition[] => {
  if (conditions === undefined || conditions.length === 0)
    throw validationError('A rule must have at least one condition');
  const normalised = conditions.map(normalise);
  for (const field of ['host-header', 'path-pattern', 'http-request-method', 'source-ip']) {
    if (normalised.filter(({ Field }) => Field === field).length > 1)
      throw validationError(`A rule can only have one condition of field '${field}'`);
  }
  const texts = normalised.flatMap(textsOf);
  if (texts.length > VALUES_PER_RULE)
    throw validationError(`A rule can only have '${VALUES_PER_RULE}' condition values, got ${texts.length}`);
  const wildcards =
    texts
      .join('')
      .replace(/\\[*?]/g, '')
      .match(/[*?]/g)?.length ?? 0;
  if (wildcards > WILDCARDS_PER_RULE)
    throw validationError(
      `A rule can only have '${WILDCARDS_PER_RULE}' condition wildcards, got ${wildcards}`,
    );
  return normalised;
};
