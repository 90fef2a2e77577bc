import { parseCidr } from './cidr.ts';
import { EventPatternError } from './pattern-error.ts';
import { compileWildcard, wildcardProblem } from './wildcard.ts';

/** A leaf of an event; undefined when the field is not there. */
export type Leaf = string | number | boolean | null | undefined;

/** Tests one leaf. */
export type ValueMatcher = (leaf: Leaf) => boolean;

// EventBridge compares numbers between -5e9 and 5e9 with 5 decimals.
const largestNumber = 5e9;

const text = (operator: string, value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new EventPatternError(`${operator} match pattern must be a string`);
};

const onText =
  (test: (value: string) => boolean): ValueMatcher =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

const ignoringCase = (value: unknown, operator: string): string => text(operator, value).toLowerCase();

const isIgnoreCase = (value: unknown): value is { 'equals-ignore-case': unknown } =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'equals-ignore-case';

const affix = (operator: 'prefix' | 'suffix', value: unknown): ValueMatcher => {
  const test = (whole: string, part: string): boolean =>
    operator === 'prefix' ? whole.startsWith(part) : whole.endsWith(part);
  if (isIgnoreCase(value)) {
    const part = ignoringCase(value['equals-ignore-case'], operator);
    return onText((whole) => test(whole.toLowerCase(), part));
  }
  const part = text(operator, value);
  return onText((whole) => test(whole, part));
};

const wildcard = (value: unknown): ValueMatcher => {
  const pattern = text('wildcard', value);
  const problem = wildcardProblem(pattern);
  if (problem !== undefined) throw new EventPatternError(problem);
  return onText(compileWildcard(pattern));
};

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

const numeric = (value: unknown): ValueMatcher => {
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4)) {
    throw new EventPatternError('Value of numeric must be an array of one or two comparisons');
  }
  const tests: { operator: string; bound: number }[] = [];
  for (let index = 0; index < value.length; index += 2) {
    const [operator, bound] = [value[index] as unknown, value[index + 1] as unknown];
    if (typeof operator !== 'string' || !(operator in comparisons)) {
      throw new EventPatternError(`Unrecognized numeric range operator: ${String(operator)}`);
    }
    if (typeof bound !== 'number' || Math.abs(bound) > largestNumber) {
      throw new EventPatternError(`Value of ${operator} must be numeric, between -5e9 and 5e9`);
    }
    tests.push({ operator, bound });
  }
  const [low, high] = tests;
  if (low !== undefined && high !== undefined) {
    const isRange = low.operator.startsWith('>') && high.operator.startsWith('<') && low.bound < high.bound;
    if (!isRange) throw new EventPatternError('A numeric range needs a lower and then a greater upper bound');
  }
  return (leaf) =>
    typeof leaf === 'number' && tests.every(({ operator, bound }) => comparisons[operator]?.(leaf, bound));
};

const cidr = (value: unknown): ValueMatcher => {
  const block = parseCidr(text('cidr', value));
  if (block === undefined)
    throw new EventPatternError('Malformed CIDR, one of the addresses or masks is wrong');
  return onText((address) => block.contains(address));
};

const oneOrMore = (operator: string, value: unknown): unknown[] => {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new EventPatternError(`${operator} list must not be empty`);
  return list;
};

const nonEmptyText = (operator: string, value: unknown): string => {
  const part = text(operator, value);
  if (part === '') throw new EventPatternError(`Null ${operator} not allowed`);
  return part;
};

const excluded: Readonly<Record<string, (value: unknown) => ValueMatcher>> = {
  prefix: (value) => affix('prefix', nonEmptyText('prefix', value)),
  suffix: (value) => affix('suffix', nonEmptyText('suffix', value)),
  wildcard,
  'equals-ignore-case': (value) => operators['equals-ignore-case']?.(value) ?? never,
};

const never: ValueMatcher = () => false;

const literals = (value: unknown): ValueMatcher => {
  const list = oneOrMore('anything-but', value);
  if (!list.every((item) => typeof item === 'string') && !list.every((item) => typeof item === 'number')) {
    throw new EventPatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return (leaf) => (list as unknown[]).includes(leaf);
};

const anythingBut = (value: unknown): ValueMatcher => {
  if (value === null)
    throw new EventPatternError('Value of anything-but must be an array or single string/number value.');
  let exclude: ValueMatcher;
  if (typeof value === 'object' && !Array.isArray(value)) {
    const [[operator, operand] = ['', undefined], ...more] = Object.entries(value);
    const compile = excluded[operator];
    if (compile === undefined || more.length > 0) {
      throw new EventPatternError(`Unsupported anything-but pattern: ${operator}`);
    }
    const tests = oneOrMore(operator, operand).map(compile);
    exclude = (leaf) => tests.some((test) => test(leaf));
  } else exclude = literals(value);
  return (leaf) => leaf !== undefined && !exclude(leaf);
};

const operators: Readonly<Record<string, (value: unknown) => ValueMatcher>> = {
  prefix: (value) => affix('prefix', value),
  suffix: (value) => affix('suffix', value),
  'equals-ignore-case': (value) => {
    const expected = ignoringCase(value, 'equals-ignore-case');
    return onText((leaf) => leaf.toLowerCase() === expected);
  },
  wildcard,
  numeric,
  cidr,
  exists: (value) => {
    if (typeof value !== 'boolean')
      throw new EventPatternError('exists match pattern must be either true or false.');
    return (leaf) => (leaf !== undefined) === value;
  },
  'anything-but': anythingBut,
};

/** Compiles one entry of a pattern's array: a literal, or an object with one operator. */
export const compileValue = (entry: unknown): ValueMatcher => {
  if (typeof entry !== 'object' || entry === null) return (leaf) => leaf === entry;
  if (Array.isArray(entry))
    throw new EventPatternError('Match value must be String, number, true, false, or null');
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(entry);
  const compile = operators[operator];
  if (compile === undefined) throw new EventPatternError(`Unrecognized match type ${operator}`);
  if (more.length > 0) throw new EventPatternError('Only one key allowed in match expression');
  return compile(operand);
};
