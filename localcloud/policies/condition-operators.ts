import { isIPv4, isIPv6, BlockList } from 'node:net';
import { compileWildcard } from './wildcard.ts';

type Compare = (actual: string, wanted: string) => boolean;

const number =
  (compare: (actual: number, wanted: number) => boolean): Compare =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));

const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const date =
  (compare: (actual: number, wanted: number) => boolean): Compare =>
  (actual, wanted) =>
    compare(instant(actual), instant(wanted));

const inNetwork: Compare = (actual, wanted) => {
  const family = isIPv4(actual) ? 'ipv4' : 'ipv6';
  const [network = '', bits] = wanted.split('/');
  if ((!isIPv4(actual) && !isIPv6(actual)) || isIPv4(network) !== isIPv4(actual)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  return list.check(actual, family);
};

const like: Compare = (actual, wanted) => compileWildcard(wanted)(actual);

const equalOrders = {
  Equals: (actual: number, wanted: number) => actual === wanted,
  LessThan: (actual: number, wanted: number) => actual < wanted,
  LessThanEquals: (actual: number, wanted: number) => actual <= wanted,
  GreaterThan: (actual: number, wanted: number) => actual > wanted,
  GreaterThanEquals: (actual: number, wanted: number) => actual >= wanted,
};

const named = (
  prefix: string,
  wrap: (compare: (actual: number, wanted: number) => boolean) => Compare,
): [string, Compare][] =>
  Object.entries(equalOrders).map(([name, compare]) => [prefix + name, wrap(compare)]);

// "IAM JSON policy elements: Condition operators", IAM User Guide.
const positive = new Map<string, Compare>([
  ['StringEquals', (actual, wanted) => actual === wanted],
  ['StringEqualsIgnoreCase', (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase()],
  ['StringLike', like],
  ['ArnEquals', like],
  ['ArnLike', like],
  ['Bool', (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase()],
  ['BinaryEquals', (actual, wanted) => actual === wanted],
  ['IpAddress', inNetwork],
  ...named('Numeric', number),
  ...named('Date', date),
]);

const negated = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
]);

interface Operator {
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue';
  readonly name: string;
  readonly ifExists: boolean;
}

const parse = (operator: string): Operator => {
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  return {
    name,
    ifExists: ifExists !== undefined,
    ...(quantifier === undefined ? {} : { quantifier: quantifier as 'ForAllValues' | 'ForAnyValue' }),
  };
};

/** What is wrong with the name of a condition operator, as AWS words it; undefined when nothing is. */
export const operatorProblem = (operator: string): string | undefined => {
  const { name } = parse(operator);
  const known = name === 'Null' || positive.has(name) || negated.has(name);
  return known ? undefined : `Invalid Condition type : ${operator}.`;
};

/** Applies a condition operator to the values of a key in the request; an empty list means that the key is absent. */
export const testCondition = (
  operator: string,
  actual: readonly string[],
  wanted: readonly string[],
): boolean => {
  const { quantifier, name, ifExists } = parse(operator);
  if (name === 'Null')
    return wanted.some((each) => (each.toLowerCase() === 'true') === (actual.length === 0));
  const isNegated = negated.has(name);
  const compare = positive.get(negated.get(name) ?? name);
  if (compare === undefined) return false;
  if (actual.length === 0)
    return ifExists || quantifier === 'ForAllValues' || (isNegated && quantifier === undefined);
  const holds = (value: string): boolean => wanted.some((each) => compare(value, each)) !== isNegated;
  return quantifier === 'ForAllValues' || (quantifier === undefined && isNegated)
    ? actual.every(holds)
    : actual.some(holds);
};
