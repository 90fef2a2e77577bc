import type { SchemaTraitsObject } from '@smithy/types';

/** What the model says about a shape or a member besides its type; keys as in `@smithy/types`. */
export type Traits = SchemaTraitsObject;

/** How a timestamp is written. */
export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** A shape without parts. */
export interface ScalarShape {
  readonly kind: 'string' | 'number' | 'boolean' | 'blob' | 'timestamp' | 'unit';
  readonly traits: Traits;
  /** Set where the model wants another format than the protocol's own. */
  readonly timestampFormat?: TimestampFormat;
  /** A blob that is not held in memory. */
  readonly streaming?: boolean;
}

/** A list; `member` describes its items. */
export interface ListShape {
  readonly kind: 'list';
  readonly traits: Traits;
  readonly member: Member;
}

/** A map from text to values. */
export interface MapShape {
  readonly kind: 'map';
  readonly traits: Traits;
  readonly key: Member;
  readonly value: Member;
}

/** A structure, an error or (with `union`) a choice of one member. */
export interface StructureShape {
  readonly kind: 'structure';
  readonly union: boolean;
  readonly name: string;
  readonly traits: Traits;
  readonly members: readonly Member[];
  /** The first so many members are required. */
  readonly requiredCount: number;
}

/** A type that the SDK's schemas describe. */
export type Shape = ScalarShape | ListShape | MapShape | StructureShape;

/** A shape in its place: a structure's member, a list's item, a map's key or value. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  /** Traits of the member and of its shape; the member's win. */
  readonly traits: Traits;
  /** Traits of the member alone: XML names are never taken from the shape. */
  readonly memberTraits: Traits;
}

type SchemaArray = readonly unknown[];

const listFlag = 64;
const mapFlag = 128;

const timestampFormats: Readonly<Record<number, TimestampFormat>> = {
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
};

// Documents and big numbers are in none of the services' models.
const scalarKinds: Readonly<Record<number, ScalarShape['kind']>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  6: 'timestamp',
  7: 'timestamp',
  21: 'blob',
  42: 'blob',
};

// Order of the bits in a trait bit vector (TraitBitVector of @smithy/types).
const traitBits = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const;

/** Traits as an object, whichever of their two forms the schema uses. */
export const traitsOf = (traits: unknown): Traits => {
  if (typeof traits !== 'number') return (traits ?? {}) as Traits;
  return Object.fromEntries(traitBits.filter((_, bit) => (traits >> bit) & 1).map((name) => [name, 1]));
};

const resolve = (reference: unknown): unknown => {
  let schema = reference;
  while (typeof schema === 'function') schema = (schema as () => unknown)();
  return schema;
};

const sentinelShape = (sentinel: number, traits: Traits): Shape => {
  if (sentinel >= mapFlag) {
    return { kind: 'map', traits, key: memberOf('key', 0), value: memberOf('value', sentinel & 63) };
  }
  if (sentinel >= listFlag) return { kind: 'list', traits, member: memberOf('member', sentinel & 63) };
  const kind = scalarKinds[sentinel];
  if (kind === undefined) throw new Error(`unknown schema sentinel ${sentinel}`);
  const timestampFormat = timestampFormats[sentinel];
  return {
    kind,
    traits,
    ...(timestampFormat === undefined ? {} : { timestampFormat }),
    ...(sentinel === 42 ? { streaming: true } : {}),
  };
};

// Parts are resolved when first asked for: schemas refer to each other in circles.
const arrayShape = (schema: SchemaArray): Shape => {
  const traits = traitsOf(schema[3]);
  let parts: readonly Member[] | undefined;
  const memo = (make: () => readonly Member[]): readonly Member[] => (parts ??= make());
  switch (schema[0]) {
    case 0: {
      const target = shapeOf(schema[4]);
      return { ...target, traits: { ...target.traits, ...traits } };
    }
    case 1: {
      const make = (): readonly Member[] => [memberOf('member', schema[4])];
      return {
        kind: 'list',
        traits,
        get member() {
          return memo(make)[0] as Member;
        },
      };
    }
    case 2: {
      const make = (): readonly Member[] => [memberOf('key', schema[4]), memberOf('value', schema[5])];
      return {
        kind: 'map',
        traits,
        get key() {
          return memo(make)[0] as Member;
        },
        get value() {
          return memo(make)[1] as Member;
        },
      };
    }
    case 3:
    case 4:
    case -3: {
      const names = schema[4] as readonly string[];
      const targets = schema[5] as readonly unknown[];
      return {
        kind: 'structure',
        union: schema[0] === 4,
        name: String(schema[2]),
        traits,
        requiredCount: Number(schema[6] ?? 0),
        get members() {
          return memo(() => names.map((name, index) => memberOf(name, targets[index])));
        },
      };
    }
    default:
      throw new Error(`unknown kind of schema ${String(schema[0])}`);
  }
};

const shapes = new Map<unknown, Shape>();

/** The shape behind a schema (in the array format that `@smithy/types` documents as static schemas). */
export const shapeOf = (reference: unknown): Shape => {
  const schema = resolve(reference);
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  let shape: Shape;
  if (schema === 'unit' || schema === undefined) shape = { kind: 'unit', traits: {} };
  else if (typeof schema === 'number') shape = sentinelShape(schema, {});
  else shape = arrayShape(schema as SchemaArray);
  shapes.set(schema, shape);
  return shape;
};

const memberOf = (name: string, reference: unknown): Member => {
  let target = reference;
  let memberTraits: Traits = {};
  // A member with traits of its own is the pair [schema, traits]; a schema has at least five elements.
  while (Array.isArray(target) && target.length === 2) {
    memberTraits = { ...traitsOf(target[1]), ...memberTraits };
    target = resolve(target[0]);
  }
  const shape = shapeOf(target);
  return { name, shape, memberTraits, traits: { ...shape.traits, ...memberTraits } };
};
