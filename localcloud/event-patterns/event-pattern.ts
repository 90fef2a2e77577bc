import { expandDots } from './expand-dots.ts';
import { EventPatternError } from './pattern-error.ts';
import type { Leaf, ValueMatcher } from './value-matcher.ts';
import { compileValue } from './value-matcher.ts';

/** A compiled event pattern. */
export interface EventPattern {
  matches(event: object): boolean;
}

type Node = (value: unknown) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const leavesOf = (value: unknown): Leaf[] => {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  // A pattern's array stands at the leaves: an object in its place counts as absent.
  if (isObject(value)) return [];
  return [value as Leaf];
};

const compileLeaf = (entries: readonly unknown[]): Node => {
  if (entries.length === 0) throw new EventPatternError('Empty arrays are not allowed');
  const matchers: ValueMatcher[] = entries.map(compileValue);
  return (value) => {
    const leaves = leavesOf(value);
    const candidates = leaves.length === 0 ? [undefined] : leaves;
    return matchers.some((matches) => candidates.some(matches));
  };
};

const inObject =
  (test: Node): Node =>
  (value) =>
    Array.isArray(value)
      ? value.some((item) => isObject(item) && test(item)) || (value.length === 0 && test(undefined))
      : test(value);

const compileField = (field: string, pattern: unknown): Node => {
  if (Array.isArray(pattern)) {
    const test = compileLeaf(pattern);
    return (value) => test(isObject(value) ? value[field] : undefined);
  }
  if (!isObject(pattern)) {
    throw new EventPatternError(`"${field}" must be an object or an array`);
  }
  const test = inObject(compileObject(pattern));
  return (value) => test(isObject(value) ? value[field] : undefined);
};

const isAlternatives = (pattern: unknown): pattern is Record<string, unknown>[] =>
  Array.isArray(pattern) && pattern.length >= 2 && pattern.every(isObject);

const compileObject = (pattern: Record<string, unknown>): Node => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new EventPatternError('Empty objects are not allowed');
  const tests = entries.map(([field, inner]) => {
    if (field !== '$or' || !isAlternatives(inner)) return compileField(field, inner);
    const alternatives = inner.map(compileObject);
    return (value: unknown) => alternatives.some((test) => test(value));
  });
  return (value) => tests.every((test) => test(value));
};

/** Compiles a pattern; throws `EventPatternError` for what EventBridge refuses. */
export const compileEventPattern = (pattern: unknown): EventPattern => {
  if (!isObject(pattern)) throw new EventPatternError('Filter is not an object');
  const test = compileObject(expandDots(pattern) as Record<string, unknown>);
  return { matches: (event) => test(expandDots(event)) };
};

/** Compiles the JSON text of a pattern. */
export const parseEventPattern = (text: string): EventPattern => {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text) as unknown;
  } catch {
    throw new EventPatternError('Filter is not valid JSON');
  }
  return compileEventPattern(pattern);
};
