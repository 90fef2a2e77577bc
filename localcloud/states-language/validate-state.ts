import type { Problem } from './definition-problem.ts';
import { problem } from './definition-problem.ts';
import { isExpression } from './expression.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { parseTaskResource } from './task-resource.ts';
import { validateCatch, validateRetry } from './validate-recovery.ts';

/** Where a state stands. */
export interface StateScope {
  readonly path: string;
  /** Names that `Next` may give. */
  readonly targets: readonly string[];
  /** Is JSONata the query language around the state? */
  readonly jsonata: boolean;
}

const everywhere = ['Type', 'Comment', 'QueryLanguage', 'Output', 'Assign'];
const moving = [...everywhere, 'Next', 'End'];
const recoverable = [...moving, 'Retry', 'Catch'];

const fields: Readonly<Record<string, readonly string[]>> = {
  Task: [...recoverable, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds', 'Credentials'],
  Choice: [...everywhere, 'Choices', 'Default'],
  Wait: [...moving, 'Seconds', 'Timestamp'],
  Pass: moving,
  Succeed: ['Type', 'Comment', 'QueryLanguage', 'Output'],
  Fail: ['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause'],
  Parallel: [...recoverable, 'Arguments', 'Branches'],
  Map: [
    ...recoverable,
    'Items',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    'ToleratedFailureCount',
    'ToleratedFailurePercentage',
  ],
};

const schema = (message: string, path: string): Problem => problem('SCHEMA_VALIDATION_FAILED', message, path);

const validateTarget = (
  target: unknown,
  path: string,
  targets: readonly string[],
  field: string,
): Problem[] => {
  if (typeof target !== 'string') return [schema('expected the name of a state', path)];
  return targets.includes(target)
    ? []
    : [problem('MISSING_TRANSITION_TARGET', `Missing '${field}' target: ${target}`, path)];
};

const validateMove = (state: JsonObject, { path, targets }: StateScope): Problem[] => {
  const { Next: next, End: end } = state;
  if (next === undefined && end !== true) return [schema("expected 'Next' or 'End': true", path)];
  if (next !== undefined && end === true) return [schema("'Next' and 'End' exclude each other", path)];
  return next === undefined ? [] : validateTarget(next, `${path}/Next`, targets, 'Next');
};

const validateChoices = (state: JsonObject, { path, targets }: StateScope): Problem[] => {
  const { Choices: choices, Default: otherwise } = state;
  const problems =
    otherwise === undefined ? [] : validateTarget(otherwise, `${path}/Default`, targets, 'Default');
  if (!Array.isArray(choices) || choices.length === 0)
    return [...problems, schema('expected at least one choice', `${path}/Choices`)];
  for (const [index, rule] of choices.entries()) {
    const rulePath = `${path}/Choices[${index}]`;
    if (!isObject(rule)) {
      problems.push(schema('expected an object', rulePath));
      continue;
    }
    const condition = rule['Condition'];
    if (typeof condition !== 'boolean' && !isExpression(condition)) {
      problems.push(schema('expected true, false or a JSONata expression', `${rulePath}/Condition`));
    }
    problems.push(...validateTarget(rule['Next'], `${rulePath}/Next`, targets, 'Next'));
  }
  return problems;
};

const validateSeconds = (value: unknown, path: string): Problem[] =>
  value === undefined || isExpression(value) || (Number.isInteger(value) && Number(value) > 0)
    ? []
    : [schema('expected a positive integer or a JSONata expression', path)];

const validateTask = (state: JsonObject, { path }: StateScope): Problem[] => {
  const { Resource: resource, TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  const problems = [
    ...validateSeconds(timeout, `${path}/TimeoutSeconds`),
    ...validateSeconds(heartbeat, `${path}/HeartbeatSeconds`),
  ];
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    problems.push(schema('expected to be smaller than TimeoutSeconds', `${path}/HeartbeatSeconds`));
  }
  if (typeof resource !== 'string' || parseTaskResource(resource) === undefined) {
    problems.push(
      schema(`The resource provided ${JSON.stringify(resource)} is not recognized`, `${path}/Resource`),
    );
  }
  return problems;
};

const validateMap = (state: JsonObject, { path }: StateScope): Problem[] => {
  const processor = state['ItemProcessor'];
  if (!isObject(processor)) return [schema('expected an object', `${path}/ItemProcessor`)];
  const config = processor['ProcessorConfig'];
  const mode = isObject(config) ? (config['Mode'] ?? 'INLINE') : 'INLINE';
  return mode === 'INLINE'
    ? []
    : [
        schema(
          `the local cloud runs INLINE maps only, got '${JSON.stringify(mode)}'`,
          `${path}/ItemProcessor/ProcessorConfig/Mode`,
        ),
      ];
};

const validateByType = (type: string, state: JsonObject, scope: StateScope): Problem[] => {
  switch (type) {
    case 'Choice':
      return validateChoices(state, scope);
    case 'Task':
      return [...validateTask(state, scope), ...validateMove(state, scope)];
    case 'Map':
      return [...validateMap(state, scope), ...validateMove(state, scope)];
    case 'Wait': {
      const given = ['Seconds', 'Timestamp'].filter((field) => field in state);
      const one =
        given.length === 1 ? [] : [schema("expected exactly one of 'Seconds' and 'Timestamp'", scope.path)];
      return [...one, ...validateMove(state, scope)];
    }
    case 'Parallel': {
      const branches = state['Branches'];
      const some = Array.isArray(branches) && branches.length > 0;
      const missing = some ? [] : [schema('expected at least one branch', `${scope.path}/Branches`)];
      return [...missing, ...validateMove(state, scope)];
    }
    case 'Pass':
      return validateMove(state, scope);
    default:
      return [];
  }
};

const validateAssign = (assign: unknown, path: string): Problem[] => {
  if (assign === undefined) return [];
  if (!isObject(assign)) return [schema('expected an object', path)];
  return Object.keys(assign)
    .filter((name) => !/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name) || name === 'states')
    .map((name) => schema(`'${name}' is no name for a variable`, `${path}/${name}`));
};

/** Finds what is wrong with one state, the states inside it left out. */
export const validateState = (state: JsonObject, scope: StateScope): Problem[] => {
  const { path } = scope;
  const type = state['Type'];
  const known = typeof type === 'string' ? fields[type] : undefined;
  if (typeof type !== 'string' || known === undefined) {
    return [schema(`Value is not one of ${Object.keys(fields).join(', ')}`, `${path}/Type`)];
  }
  const language = state['QueryLanguage'];
  if (language === undefined ? !scope.jsonata : language !== 'JSONata') {
    return [
      schema("the local cloud runs states with 'QueryLanguage': 'JSONata' only", `${path}/QueryLanguage`),
    ];
  }
  const unknown = Object.keys(state).filter((field) => !known.includes(field));
  return [
    ...unknown.map((field) =>
      schema(`Field '${field}' is not supported in a ${type} state`, `${path}/${field}`),
    ),
    ...validateByType(type, state, scope),
    ...validateAssign(state['Assign'], `${path}/Assign`),
    ...validateRetry(state['Retry'], `${path}/Retry`),
    ...validateCatch(state['Catch'], `${path}/Catch`, scope.targets),
  ];
};
