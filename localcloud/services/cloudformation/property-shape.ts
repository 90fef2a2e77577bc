import { intrinsicOf } from './template/intrinsics.ts';

/**
 * What a property may hold: a scalar, any JSON, a list `[shape]`, a structure by member, or a map `{ '*': shape }`. The
 * members that are not named are refused, so that nothing of a template is ignored in silence.
 */
export type Shape =
  'string' | 'number' | 'boolean' | 'json' | readonly [Shape] | { readonly [member: string]: Shape };

/** Tags as most resource types take them. */
export const tagsShape: Shape = [{ Key: 'string', Value: 'string' }];

/** A property that does not fit its type's shape. */
export class PropertyError extends Error {
  override readonly name = 'PropertyError';
}

const scalar = (shape: 'string' | 'number' | 'boolean', value: unknown, path: string): unknown => {
  if (typeof value === shape) return value;
  // CloudFormation takes "3" for a number, "true" for a boolean, and the other way round.
  if (shape === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (
    shape === 'number' &&
    typeof value === 'string' &&
    value.trim() !== '' &&
    Number.isFinite(Number(value))
  ) {
    return Number(value);
  }
  if (shape === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  throw new PropertyError(`property ${path} must be a ${shape}, got ${JSON.stringify(value)}`);
};

/** The value with its scalars as the shape wants them; unresolved intrinsic functions stay as they are. */
export const coerce = (shape: Shape, value: unknown, path: string): unknown => {
  if (intrinsicOf(value) !== undefined || shape === 'json') return value;
  if (typeof shape === 'string') return scalar(shape, value, path);
  if (Array.isArray(shape)) {
    // A single item stands for a list of one, as CloudFormation takes it.
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item, index) => coerce(shape[0] as Shape, item, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PropertyError(`property ${path} must be an object, got ${JSON.stringify(value)}`);
  }
  const members = shape as Readonly<Record<string, Shape>>;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const inner = members[name] ?? members['*'];
      if (inner === undefined) {
        throw new PropertyError(
          `unsupported property ${path === '' ? name : `${path}.${name}`} (the local cloud knows ${Object.keys(members).join(', ')})`,
        );
      }
      return [name, coerce(inner, member, path === '' ? name : `${path}.${name}`)];
    }),
  );
};
