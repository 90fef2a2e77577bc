import type { StructureShape, Shape, Traits } from './shape.ts';
import { shapeOf, traitsOf } from './shape.ts';

/** An operation of a service as its SDK client describes it. */
export interface Operation {
  readonly name: string;
  readonly traits: Traits;
  readonly input: Shape;
  readonly output: Shape;
}

/** An error of a service as its SDK client describes it. */
export interface ErrorShape {
  readonly shape: StructureShape;
  /** Code in the query protocols; the others send the shape's name. */
  readonly queryCode: string;
  readonly status?: number;
}

/** All operations and errors of a service. */
export interface Model {
  readonly operations: ReadonlyMap<string, Operation>;
  /** By shape name and by code in the query protocols. */
  readonly errors: ReadonlyMap<string, ErrorShape>;
}

const readError = (schema: readonly unknown[]): ErrorShape => {
  const shape = shapeOf(schema) as StructureShape;
  const traits = traitsOf(schema[3]);
  const queryError = traits['awsQueryError'] as readonly [string, number] | undefined;
  const status = queryError?.[1] ?? (traits['httpError'] as number | undefined);
  return { shape, queryCode: queryError?.[0] ?? shape.name, ...(status === undefined ? {} : { status }) };
};

const models = new WeakMap<object, Model>();

/** The schemas that an SDK client exports from its root under names ending in `$`; read once for each client. */
export const readModel = (module: object): Model => {
  let model = models.get(module);
  if (model === undefined) models.set(module, (model = read(module)));
  return model;
};

const read = (module: object): Model => {
  const operations = new Map<string, Operation>();
  const errors = new Map<string, ErrorShape>();
  for (const [exportName, schema] of Object.entries(module) as [string, unknown][]) {
    if (!exportName.endsWith('$') || !Array.isArray(schema)) continue;
    if (schema[0] === 9) {
      const name = String(schema[2]);
      const [traits, input, output] = [traitsOf(schema[3]), shapeOf(schema[4]), shapeOf(schema[5])];
      operations.set(name, { name, traits, input, output });
    } else if (schema[0] === -3) {
      const error = readError(schema);
      errors.set(error.shape.name, error);
    }
  }
  // A code of the query protocols may be the name of another error: the name wins.
  for (const error of errors.values()) {
    if (!errors.has(error.queryCode)) errors.set(error.queryCode, error);
  }
  return { operations, errors };
};
