import { writeJson } from './json.ts';
import type { Model } from './model.ts';
import type { WireError } from './wire.ts';

const jsonOptions = { jsonNames: false } as const;

/** The body of an error in the JSON protocols. */
export const jsonError = (model: Model, error: WireError): string => {
  const shape = model.errors.get(error.code)?.shape;
  const members = shape === undefined ? {} : writeJson(shape, error.members, jsonOptions);
  const messageName = shape?.members.find(({ name }) => name.toLowerCase() === 'message')?.name ?? 'message';
  return JSON.stringify({ __type: error.code, ...(members as object), [messageName]: error.message });
};
