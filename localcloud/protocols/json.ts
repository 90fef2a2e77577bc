import { assign } from './assign.ts';
import { MalformedError } from './malformed-error.ts';
import { formatBlob, formatTimestamp, parseBlob, parseTimestamp } from './scalar.ts';
import type { Member, ScalarShape, Shape, StructureShape } from './shape.ts';

/** `jsonName` traits count in rest-json and are ignored in json 1.0 and 1.1. */
export interface JsonOptions {
  readonly jsonNames: boolean;
}

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

const typeName = (value: Json): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

const mismatch = (needed: string, value: Json, path: string): MalformedError =>
  new MalformedError(`${path || 'the body'} needs ${needed}, got ${typeName(value)}`);

const asObject = (value: Json, path: string): JsonObject => {
  if (typeName(value) !== 'object') throw mismatch('an object', value, path);
  return value as JsonObject;
};

const wireName = (member: Member, { jsonNames }: JsonOptions): string =>
  (jsonNames ? member.traits.jsonName : undefined) ?? member.name;

const readNumber = (value: Json, path: string): number => {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw mismatch('a number', value, path);
};

const readScalar = (shape: ScalarShape, value: Json, path: string): unknown => {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw mismatch('a string', value, path);
      return value;
    case 'number':
      return readNumber(value, path);
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch('a boolean', value, path);
      return value;
    case 'blob':
      if (typeof value !== 'string') throw mismatch('base64', value, path);
      return parseBlob(value);
    case 'timestamp':
      if (typeof value !== 'string' && typeof value !== 'number') throw mismatch('a timestamp', value, path);
      return parseTimestamp(String(value));
    case 'unit':
      return undefined;
  }
};

const readStructure = (
  shape: StructureShape,
  json: JsonObject,
  options: JsonOptions,
  path: string,
): object => {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const name = wireName(member, options);
    const value = json[name];
    if (value === undefined || value === null || !Object.hasOwn(json, name)) continue;
    result[member.name] = readJson(member.shape, value, options, path === '' ? name : `${path}.${name}`);
  }
  return result;
};

/** Reads a value of a shape from parsed JSON; unknown members are ignored. */
export const readJson = (shape: Shape, value: Json, options: JsonOptions, path = ''): unknown => {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, asObject(value, path), options, path);
    case 'list': {
      if (!Array.isArray(value)) throw mismatch('an array', value, path);
      const items = value as Json[];
      const read = (item: Json, index: number): unknown =>
        item === null ? null : readJson(shape.member.shape, item, options, `${path}[${index}]`);
      return shape.traits.sparse ? items.map(read) : items.filter((item) => item !== null).map(read);
    }
    case 'map': {
      const result = {};
      for (const [key, item] of Object.entries(asObject(value, path))) {
        if (item === null && !shape.traits.sparse) continue;
        assign(
          result,
          key,
          item === null ? null : readJson(shape.value.shape, item, options, `${path}.${key}`),
        );
      }
      return result;
    }
    default:
      return readScalar(shape, value, path);
  }
};

const writeScalar = (shape: ScalarShape, value: unknown): Json => {
  switch (shape.kind) {
    case 'timestamp': {
      const format = shape.timestampFormat ?? 'epoch-seconds';
      if (!(value instanceof Date)) throw new TypeError(`a Date is needed, got ${typeof value}`);
      return format === 'epoch-seconds' ? value.getTime() / 1000 : formatTimestamp(value, format);
    }
    case 'blob':
      return formatBlob(value);
    case 'number':
      return Number.isFinite(Number(value)) ? Number(value) : String(value);
    case 'string':
    case 'boolean':
    case 'unit':
      return value;
  }
};

/** Turns a value of a shape into what `JSON.stringify` takes; members that the shape does not know are left out. */
export const writeJson = (shape: Shape, value: unknown, options: JsonOptions): Json => {
  switch (shape.kind) {
    case 'structure': {
      const result: Record<string, Json> = {};
      for (const member of shape.members) {
        const item = (value as JsonObject)[member.name];
        if (item === undefined || item === null) continue;
        result[wireName(member, options)] = writeJson(member.shape, item, options);
      }
      return result;
    }
    case 'list': {
      const write = (item: unknown): Json =>
        item === null || item === undefined ? null : writeJson(shape.member.shape, item, options);
      return (value as readonly unknown[]).map(write);
    }
    case 'map': {
      const result = {};
      for (const [key, item] of Object.entries(value as JsonObject)) {
        if (item === undefined) continue;
        assign(result, key, item === null ? null : writeJson(shape.value.shape, item, options));
      }
      return result;
    }
    default:
      return writeScalar(shape, value);
  }
};

/** Parses a JSON body; an empty one is an empty object. */
export const parseJson = (body: Uint8Array): Json => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json;
  } catch {
    throw new MalformedError('the body is not JSON');
  }
};
