import type { Model, Operation } from './model.ts';
import { UnknownOperationError } from './wire.ts';

/** A body that must be in memory. */
export const asBytes = (body: unknown): Uint8Array => {
  if (!(body instanceof Uint8Array)) throw new TypeError('the protocol has no streamed bodies');
  return body;
};

/** The operation that a header or a form names. */
export const findOperation = (model: Model, name: string): Operation => {
  const operation = model.operations.get(name);
  if (operation === undefined) throw new UnknownOperationError(`no operation '${name}'`);
  return operation;
};
