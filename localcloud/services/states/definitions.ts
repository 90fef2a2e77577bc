import type * as SFN from '@aws-sdk/client-sfn';
import type { Problem } from '../../states-language/definition-problem.ts';
import { problem } from '../../states-language/definition-problem.ts';
import { isObject } from '../../states-language/json.ts';
import { parseTaskResource } from '../../states-language/task-resource.ts';
import { validateDefinition } from '../../states-language/validate-definition.ts';
import { invalidDefinition } from './errors.ts';
import { isCallable } from './tasks/task-runner.ts';

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maximumDefinitionBytes = 1024 * 1024;

const uncallable = (value: unknown, path = ''): Problem[] => {
  if (Array.isArray(value)) return value.flatMap((item, index) => uncallable(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  const problems = Object.entries(value).flatMap(([key, item]) => uncallable(item, `${path}/${key}`));
  if (value['Type'] !== 'Task' || typeof value['Resource'] !== 'string') return problems;
  const resource = parseTaskResource(value['Resource']);
  if (resource === undefined || isCallable(resource)) return problems;
  const message = `the local cloud has no integration '${value['Resource']}'`;
  return [...problems, problem('SCHEMA_VALIDATION_FAILED', message, `${path}/Resource`)];
};

/** Everything that is wrong with the text of a definition. */
const definitionProblems = (text: string): Problem[] => {
  if (Buffer.byteLength(text) > maximumDefinitionBytes) {
    const message = `the definition has ${Buffer.byteLength(text)} bytes, at most ${maximumDefinitionBytes} are allowed`;
    return [problem('SCHEMA_VALIDATION_FAILED', message, '/')];
  }
  let definition: unknown;
  try {
    definition = JSON.parse(text) as unknown;
  } catch (error) {
    return [problem('INVALID_JSON_DESCRIPTION', (error as Error).message, '/')];
  }
  return [...validateDefinition(definition), ...uncallable(definition)];
};

/** Throws `InvalidDefinition` with every problem. */
export const requireValidDefinition = (text: string): void => {
  const problems = definitionProblems(text);
  if (problems.length === 0) return;
  throw invalidDefinition(
    problems.map(({ code, message, location }) => `${code}: ${message} at ${location}`).join(', '),
  );
};

/** ValidateStateMachineDefinition. */
export const validateStateMachineDefinition = (
  input: SFN.ValidateStateMachineDefinitionInput,
): SFN.ValidateStateMachineDefinitionOutput => {
  const problems = definitionProblems(input.definition ?? '');
  return {
    result: problems.length === 0 ? 'OK' : 'FAIL',
    diagnostics: problems.map((found) => ({ severity: 'ERROR', ...found })),
    truncated: false,
  };
};
