import type { Outcome } from './definition.ts';
import { StatesFailure } from './failure.ts';
import type { Json } from './json.ts';
import { isObject } from './json.ts';
import type { StatesView, Visit } from './visit.ts';
import { evaluateField } from './visit.ts';

/** Where a state leads: its output, its assignments, and the next state (none at the end of the branch). */
export interface Transition {
  readonly output: Json;
  readonly assigned?: Readonly<Record<string, Json>>;
  readonly next?: string;
}

/** Most bytes of UTF-8 that input, output or a result may have. */
export const maximumDataBytes = 262_144;

/** Refuses data over Step Functions' payload limit. */
export const checkDataSize = (data: Json, what: string): void => {
  const text = JSON.stringify(data);
  // A character has at most 3 bytes per UTF-16 unit: short texts need no counting.
  if (text.length * 3 <= maximumDataBytes || Buffer.byteLength(text) <= maximumDataBytes) return;
  throw new StatesFailure(
    'States.DataLimitExceeded',
    `${what} with a size exceeding the maximum number of bytes service limit.`,
  );
};

/** Evaluates `Assign` and `Output` against the variables as they were before the state. */
export const conclude = async (
  visit: Visit,
  fields: Outcome,
  view: StatesView,
  otherwise: Json,
  next: string | undefined,
  fieldPrefix = '',
): Promise<Transition> => {
  const assigned =
    fields.Assign === undefined
      ? undefined
      : await evaluateField(visit, fields.Assign, `${fieldPrefix}Assign`, view);
  const output =
    fields.Output === undefined
      ? otherwise
      : await evaluateField(visit, fields.Output, `${fieldPrefix}Output`, view);
  checkDataSize(output, `The state '${visit.name}' returned a result`);
  return {
    output,
    ...(isObject(assigned) ? { assigned } : {}),
    ...(next === undefined ? {} : { next }),
  };
};
