import type { State } from './definition.ts';
import { describeExpressionError, evaluateExpression, expressionSource, isExpression } from './expression.ts';
import { StatesFailure } from './failure.ts';
import type { Json, JsonObject } from './json.ts';
import { jsonType } from './json.ts';
import type { Branch, Run } from './run.ts';

/** One stay in a state, attempt by attempt. */
export interface Visit {
  readonly run: Run;
  readonly branch: Branch;
  readonly name: string;
  readonly type: State['Type'];
  /** Journal key of the visit; attempts append to it. */
  readonly key: string;
  readonly attempt: number;
  readonly input: Json;
  readonly enteredEventId: number;
  readonly enteredTime: string;
  /** Id of the event before the state was entered. */
  readonly beforeEntered: number;
}

/** The parts of `$states` that depend on where in the state an expression stands. */
export interface StatesView {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly taskToken?: string;
  readonly mapItem?: { readonly index: number; readonly value: Json };
}

/** The journal key of the current attempt. */
export const attemptKey = (visit: Visit): string => `${visit.key}/try${visit.attempt}`;

const contextObject = (visit: Visit, view: StatesView): JsonObject => ({
  ...visit.run.context,
  State: { EnteredTime: visit.enteredTime, Name: visit.name, RetryCount: visit.attempt },
  ...(view.taskToken === undefined ? {} : { Task: { Token: view.taskToken } }),
  ...(view.mapItem === undefined
    ? visit.branch.mapContext === undefined
      ? {}
      : { Map: visit.branch.mapContext }
    : { Map: { Item: { Index: view.mapItem.index, Value: view.mapItem.value } } }),
});

const bindings = (visit: Visit, view: StatesView): Record<string, unknown> => {
  const all: Record<string, unknown> = {};
  for (const name in visit.branch.variables) all[name] = visit.branch.variables[name];
  const states: Record<string, unknown> = { input: visit.input, context: contextObject(visit, view) };
  if (view.result !== undefined) states['result'] = view.result;
  if (view.errorOutput !== undefined) states['errorOutput'] = view.errorOutput;
  return Object.assign(all, visit.run.functions, { states });
};

/** The failure of a field's evaluation, in AWS's words. */
export const evaluationFailure = (visit: Visit, message: string, location?: string): StatesFailure =>
  new StatesFailure(
    'States.QueryEvaluationError',
    `An error occurred while executing the state '${visit.name}' (entered at the event id #${visit.enteredEventId}). ${message}`,
    { evaluation: location === undefined ? {} : { location } },
  );

const evaluate = async (
  visit: Visit,
  text: string,
  field: string,
  all: Record<string, unknown>,
): Promise<Json> => {
  const source = expressionSource(text);
  const subject = `The JSONata expression '${source}' specified for the field '${field}'`;
  let result: Json | undefined;
  try {
    result = await evaluateExpression(source, all);
  } catch (error) {
    const reason = describeExpressionError(error);
    throw evaluationFailure(visit, `${subject} threw an error during evaluation. ${reason}`, field);
  }
  if (result === undefined) throw evaluationFailure(visit, `${subject} returned nothing (undefined).`, field);
  return result;
};

const fill = async (
  visit: Visit,
  template: Json,
  field: string,
  all: Record<string, unknown>,
): Promise<Json> => {
  if (isExpression(template)) return evaluate(visit, template, field, all);
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries())
      items.push(await fill(visit, item, `${field}[${index}]`, all));
    return items;
  }
  if (typeof template !== 'object' || template === null) return template;
  const filled: JsonObject = {};
  for (const [key, value] of Object.entries(template)) {
    // Assignment to `__proto__` would not make a member.
    Object.defineProperty(filled, key, {
      value: await fill(visit, value, `${field}/${key}`, all),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return filled;
};

/** Replaces every `{% … %}` in a template by its value; `field` is the template's name in messages. */
export const evaluateField = async (
  visit: Visit,
  template: Json,
  field: string,
  view: StatesView = {},
): Promise<Json> => fill(visit, template, field, bindings(visit, view));

/** Like `evaluateField`, for a field whose value must be of one JSON type. */
export const evaluateTyped = async <T extends Json>(
  visit: Visit,
  template: Json,
  field: string,
  expected: ReturnType<typeof jsonType>,
  view: StatesView = {},
): Promise<T> => {
  const value = await evaluateField(visit, template, field, view);
  if (jsonType(value) === expected) return value as T;
  const source = isExpression(template) ? expressionSource(template) : JSON.stringify(template);
  throw evaluationFailure(
    visit,
    `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type. ` +
      `Expected '${expected}', but was '${jsonType(value)}' for value: ${JSON.stringify(value)}`,
    field,
  );
};

/** A number of seconds, items or percent, given as a number or an expression; must be whole and not negative. */
export const evaluateCount = async (
  visit: Visit,
  template: number | string,
  field: string,
  view: StatesView = {},
): Promise<number> => {
  const value = await evaluateTyped<number>(visit, template, field, 'number', view);
  if (Number.isInteger(value) && value >= 0) return value;
  throw evaluationFailure(
    visit,
    `The ${field} field must be a non-negative integer but was: ${value}`,
    field,
  );
};
