import { validationError } from '../errors.ts';
import type { Json } from '../model.ts';
import type { ResolveScope } from './intrinsics.ts';
import { intrinsicOf, resolve } from './intrinsics.ts';

const operands = (name: string, argument: unknown, least: number, most: number): readonly unknown[] => {
  if (Array.isArray(argument) && argument.length >= least && argument.length <= most) return argument;
  throw validationError(`Template error: ${name} needs a list of ${least} to ${most} conditions`);
};

/** Evaluates a template's conditions, which may build on each other. */
export const evaluateConditions = (
  conditions: Json,
  scope: Omit<ResolveScope, 'condition'>,
): ReadonlyMap<string, boolean> => {
  const known = new Map<string, boolean>();
  const running = new Set<string>();

  const evaluate = (value: unknown): boolean => {
    const name = typeof value === 'object' && value !== null ? Object.keys(value)[0] : undefined;
    if (name === 'Condition') return named(String((value as Json)['Condition']));
    const argument = intrinsicOf(value)?.argument;
    switch (name) {
      case 'Fn::Equals': {
        const [left, right] = operands(name, argument, 2, 2).map((side) =>
          resolve(side, { ...scope, condition: named }),
        );
        return JSON.stringify(String(left)) === JSON.stringify(String(right));
      }
      case 'Fn::And':
        return operands(name, argument, 2, 10).every(evaluate);
      case 'Fn::Or':
        return operands(name, argument, 2, 10).some(evaluate);
      case 'Fn::Not':
        return !operands(name, argument, 1, 1).every(evaluate);
      default:
        throw validationError(`Template error: not a condition: ${JSON.stringify(value)}`);
    }
  };

  const named = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (!Object.hasOwn(conditions, name)) {
      throw validationError(
        `Template format error: Unresolved condition dependency ${name} in the Conditions block`,
      );
    }
    if (running.has(name)) throw validationError(`Template error: condition ${name} depends on itself`);
    running.add(name);
    const value = evaluate(conditions[name]);
    running.delete(name);
    known.set(name, value);
    return value;
  };

  for (const name of Object.keys(conditions)) named(name);
  return known;
};

/** Replaces every `Fn::If` by the branch that its condition selects. */
export const pruneBranches = (value: unknown, condition: (name: string) => boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => pruneBranches(item, condition));
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === 'Fn::If') {
    const [name, whenTrue, whenFalse] = operands('Fn::If', intrinsic.argument, 3, 3);
    return pruneBranches(condition(String(name)) ? whenTrue : whenFalse, condition);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, pruneBranches(member, condition)]),
  );
};
