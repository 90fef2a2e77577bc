import type { Problem } from './definition-problem.ts';
import { problem } from './definition-problem.ts';
import { isObject } from './json.ts';
import { validateExpressions } from './validate-expressions.ts';
import { validateState } from './validate-state.ts';

const maximumNameLength = 80;

interface Scope {
  readonly path: string;
  readonly jsonata: boolean;
  /** Every state name of the machine so far: they are unique over all scopes. */
  readonly seen: Set<string>;
}

const validateName = (name: string, path: string, seen: Set<string>): Problem[] => {
  if (seen.has(name))
    return [problem('DUPLICATE_STATE_NAME', `the state name '${name}' is used twice`, path)];
  seen.add(name);
  return name.length <= maximumNameLength
    ? []
    : [
        problem(
          'SCHEMA_VALIDATION_FAILED',
          `the state name has ${name.length} characters, at most ${maximumNameLength} are allowed`,
          path,
        ),
      ];
};

const validateInner = (state: Record<string, unknown>, path: string, scope: Scope): Problem[] => {
  const problems: Problem[] = [];
  const branches = state['Branches'];
  if (Array.isArray(branches)) {
    for (const [index, branch] of branches.entries()) {
      problems.push(...validateStates(branch, { ...scope, path: `${path}/Branches[${index}]` }));
    }
  }
  const processor = state['ItemProcessor'];
  if (processor !== undefined)
    problems.push(...validateStates(processor, { ...scope, path: `${path}/ItemProcessor` }));
  return problems;
};

const validateStates = (value: unknown, scope: Scope): Problem[] => {
  const { path } = scope;
  if (!isObject(value))
    return [problem('SCHEMA_VALIDATION_FAILED', 'expected an object with StartAt and States', path || '/')];
  const { StartAt: start, States: states } = value;
  if (!isObject(states) || Object.keys(states).length === 0) {
    return [problem('SCHEMA_VALIDATION_FAILED', 'expected at least one state', `${path}/States`)];
  }
  const problems: Problem[] = [];
  if (typeof start !== 'string')
    problems.push(problem('SCHEMA_VALIDATION_FAILED', 'expected a string', `${path}/StartAt`));
  else if (!(start in states)) {
    problems.push(
      problem('MISSING_TRANSITION_TARGET', `Missing 'StartAt' target: ${start}`, `${path}/StartAt`),
    );
  }
  const jsonata = value['QueryLanguage'] === undefined ? scope.jsonata : value['QueryLanguage'] === 'JSONata';
  for (const [name, state] of Object.entries(states)) {
    const statePath = `${path}/States/${name}`;
    problems.push(...validateName(name, statePath, scope.seen));
    if (!isObject(state)) {
      problems.push(problem('SCHEMA_VALIDATION_FAILED', 'expected an object', statePath));
      continue;
    }
    problems.push(...validateState(state, { path: statePath, targets: Object.keys(states), jsonata }));
    problems.push(...validateInner(state, statePath, { ...scope, jsonata }));
  }
  return problems;
};

/** Everything that is wrong with a definition; empty when it may run. Only JSONata machines are accepted. */
export const validateDefinition = (definition: unknown): Problem[] => {
  const problems = validateStates(definition, { path: '', jsonata: false, seen: new Set() });
  if (!isObject(definition)) return problems;
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && !(Number.isInteger(timeout) && Number(timeout) > 0)) {
    problems.push(problem('SCHEMA_VALIDATION_FAILED', 'expected a positive integer', '/TimeoutSeconds'));
  }
  return [...problems, ...validateExpressions(definition)];
};
