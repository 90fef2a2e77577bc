import { validationError } from '../errors.ts';
import type { MathNode } from './parse.ts';
import { parseMath } from './parse.ts';

type Series = ReadonlyMap<number, number>;
type Value = number | Series;

const truth = (value: boolean): number => Number(value);

const OPERATORS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '<': (left, right) => truth(left < right),
  '<=': (left, right) => truth(left <= right),
  '>': (left, right) => truth(left > right),
  '>=': (left, right) => truth(left >= right),
  '==': (left, right) => truth(left === right),
  '!=': (left, right) => truth(left !== right),
  '&&': (left, right) => truth(left !== 0 && right !== 0),
  '||': (left, right) => truth(left !== 0 || right !== 0),
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const REDUCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: sum,
  AVG: (values) => sum(values) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

// A point exists where all series have one; what is no number (a division by zero) is no point.
const combine = (values: readonly Value[], apply: (...numbers: number[]) => number): Value => {
  const series = values.filter((value) => typeof value !== 'number');
  if (series.length === 0) return apply(...(values as readonly number[]));
  const points = new Map<number, number>();
  for (const at of series[0]?.keys() ?? []) {
    const numbers = values
      .flatMap((value) => (typeof value === 'number' ? [value] : [value.get(at) ?? []]))
      .flat();
    if (numbers.length < values.length) continue;
    const result = apply(...numbers);
    if (Number.isFinite(result)) points.set(at, result);
  }
  return points;
};

// Several series: a point wherever one of them has one (User Guide, SUM: missing points are left out).
const across = (series: readonly Series[], reduce: (values: readonly number[]) => number): Series => {
  const times = new Set(series.flatMap((one) => [...one.keys()]));
  return new Map(
    [...times]
      .toSorted((left, right) => left - right)
      .map((at) => [at, reduce(series.flatMap((one) => one.get(at) ?? []))]),
  );
};

/** Evaluates arithmetic, comparisons, SUM, AVG, MIN, MAX, IF and FILL over other queries, which `resolve` gives. */
export const evaluateExpression = (expression: string, resolve: (id: string) => Series): Series => {
  const asNumber = (value: Value): number => {
    if (typeof value !== 'number')
      throw validationError(`Error in expression '${expression}': a number is needed.`);
    return value;
  };
  const filled = (series: Value, replacement: number, times: Iterable<number>): Series => {
    if (typeof series === 'number') return new Map([...times].map((at) => [at, series]));
    const all = new Set([...times, ...series.keys()]);
    return new Map(
      [...all].toSorted((left, right) => left - right).map((at) => [at, series.get(at) ?? replacement]),
    );
  };
  const names = (node: MathNode): string[] => {
    if (node.kind === 'name') return [node.name];
    if (node.kind === 'operator') return [...names(node.left), ...names(node.right)];
    return node.kind === 'number' ? [] : node.parts.flatMap(names);
  };
  const root = parseMath(expression);
  const allTimes = (): Set<number> => new Set(names(root).flatMap((name) => [...resolve(name).keys()]));

  const call = (name: string, parts: readonly MathNode[]): Value => {
    const reduce = REDUCTIONS[name];
    const [first] = parts;
    if (reduce !== undefined && first !== undefined && parts.length === 1) {
      if (first.kind === 'array') return across(first.parts.map(seriesOf), reduce);
      return reduce([...seriesOf(first).values()]);
    }
    const values = parts.map(value);
    if (name === 'IF' && values.length === 3)
      return combine(values, (condition = 0, yes = 0, no = 0) => (condition === 0 ? no : yes));
    if (name === 'FILL' && values[0] !== undefined && values[1] !== undefined)
      return filled(values[0], asNumber(values[1]), allTimes());
    throw validationError(`Error in expression '${expression}': the function ${name} is not supported here.`);
  };
  const value = (node: MathNode): Value => {
    switch (node.kind) {
      case 'number':
        return node.value;
      case 'name':
        return resolve(node.name);
      case 'call':
        return call(node.name, node.parts);
      case 'array':
        throw validationError(`Error in expression '${expression}': an array is only allowed in a function.`);
      case 'operator': {
        const name = { AND: '&&', OR: '||' }[node.operator] ?? node.operator;
        return combine([value(node.left), value(node.right)], OPERATORS[name] ?? (() => Number.NaN));
      }
    }
  };
  const seriesOf = (node: MathNode): Series => {
    const found = value(node);
    return typeof found === 'number' ? new Map([...allTimes()].map((at) => [at, found])) : found;
  };
  return seriesOf(root);
};
