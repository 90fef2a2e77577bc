import type { Problem } from './definition-problem.ts';
import { problem } from './definition-problem.ts';
import { compileExpression, describeExpressionError, expressionSource, isExpression } from './expression.ts';

const usesEval = (node: unknown): boolean => {
  if (typeof node !== 'object' || node === null) return false;
  const { type, value } = node as { type?: unknown; value?: unknown };
  if (type === 'variable' && value === 'eval') return true;
  return Object.values(node).some(usesEval);
};

const validateExpression = (text: string, path: string): Problem[] => {
  const source = expressionSource(text);
  try {
    return usesEval(compileExpression(source).ast())
      ? [
          problem(
            'SCHEMA_VALIDATION_FAILED',
            `$eval is not supported, found in the expression '${source}'`,
            path,
          ),
        ]
      : [];
  } catch (error) {
    const reason = describeExpressionError(error);
    return [problem('SCHEMA_VALIDATION_FAILED', `invalid JSONata expression '${source}': ${reason}`, path)];
  }
};

/** Finds JSONata expressions that do not parse or use the banned `$eval`, anywhere in a definition. */
export const validateExpressions = (value: unknown, path = ''): Problem[] => {
  if (isExpression(value)) return validateExpression(value, path);
  if (Array.isArray(value))
    return value.flatMap((item, index) => validateExpressions(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => validateExpressions(item, `${path}/${key}`));
};
