import jsonata from 'jsonata';
import type { Json } from './json.ts';

// A runaway expression would hold up every other execution of this process.
const limits = { timeout: 1000, stack: 500, sequence: 100_000 } as const;

const compiled = new Map<string, jsonata.Expression>();
const mostCompiled = 2000;

/** Is the text a JSONata expression, `{% … %}`? */
export const isExpression = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}') && value.length >= 4;

/** The source between `{%` and `%}`. */
export const expressionSource = (text: string): string => text.slice(2, -2).trim();

/** Compiles a JSONata source; throws its syntax error. */
export const compileExpression = (source: string): jsonata.Expression => {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = jsonata(source, limits);
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(source, expression);
  return expression;
};

/** A JSONata error in words: `T2001: The left side of …`. */
export const describeExpressionError = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return [code, message].filter((part) => part !== undefined).join(': ');
};

const withoutFunctions = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value)
    ? undefined
    : value;

/** Evaluates a source; undefined when the expression yields nothing that JSON can hold. */
export const evaluateExpression = async (
  source: string,
  bindings: Record<string, unknown>,
): Promise<Json | undefined> => {
  const result: unknown = await compileExpression(source).evaluate(undefined, bindings);
  // Results carry JSONata's sequence markers; a round trip leaves plain JSON.
  const text = JSON.stringify(result, withoutFunctions) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as Json);
};
