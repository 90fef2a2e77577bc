/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Type name of a value as Step Functions writes it in its messages. */
export const jsonType = (value: Json): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'object' | 'string' | 'number' | 'boolean';
};

/** Is the value a JSON object (not null, not an array)? */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
