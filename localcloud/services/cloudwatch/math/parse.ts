import { validationError } from '../errors.ts';

/** An expression of metric math, parsed. */
export type MathNode =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly parts: readonly MathNode[] }
  | { readonly kind: 'array'; readonly parts: readonly MathNode[] }
  | {
      readonly kind: 'operator';
      readonly operator: string;
      readonly left: MathNode;
      readonly right: MathNode;
    };

const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z]\w*|<=|>=|==|!=|&&|\|\||[-+*/^<>(),[\]])/y;

// From loose to tight, User Guide "Using metric math", "Operator precedence".
const LEVELS: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['<', '<=', '>', '>=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  const source = text.trimEnd();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length;) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(source)?.[1];
    if (found === undefined)
      throw validationError(`Error in expression: Unexpected token at position ${at} of '${text}'.`);
    tokens.push(found);
  }
  return tokens;
};

/** Parses an expression; throws CloudWatch's validation error where it is not understood. */
export const parseMath = (text: string): MathNode => {
  const tokens = tokensOf(text);
  let position = 0;
  const take = (expected?: string): string => {
    const token = tokens[position];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw validationError(
        `Error in expression: '${text}' has '${token ?? 'no more'}', ${expected ?? 'a value'} is needed.`,
      );
    position += 1;
    return token;
  };
  const list = (end: string): MathNode[] => {
    const parts: MathNode[] = [];
    while (tokens[position] !== end) {
      if (parts.length > 0) take(',');
      parts.push(binary(0));
    }
    take(end);
    return parts;
  };
  const primary = (): MathNode => {
    const token = take();
    if (token === '-')
      return { kind: 'operator', operator: '-', left: { kind: 'number', value: 0 }, right: primary() };
    if (token === '(') {
      const inside = binary(0);
      take(')');
      return inside;
    }
    if (token === '[') return { kind: 'array', parts: list(']') };
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (!/^[A-Za-z]/.test(token))
      throw validationError(`Error in expression: Unexpected '${token}' in '${text}'.`);
    if (tokens[position] !== '(') return { kind: 'name', name: token };
    take('(');
    return { kind: 'call', name: token, parts: list(')') };
  };
  const binary = (level: number): MathNode => {
    const operators = LEVELS[level];
    if (operators === undefined) return primary();
    let left = binary(level + 1);
    for (;;) {
      const operator = tokens[position];
      if (operator === undefined || !operators.includes(operator)) return left;
      position += 1;
      left = { kind: 'operator', operator, left, right: binary(level + 1) };
    }
  };
  const root = binary(0);
  if (position < tokens.length)
    throw validationError(`Error in expression: Unexpected '${tokens[position]}' in '${text}'.`);
  return root;
};
