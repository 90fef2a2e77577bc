import { createHash } from 'node:crypto';
import type { Json } from './json.ts';
import type { Clock, Random } from './ports.ts';

// Step Functions limits: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
const maximumRange = 1000;
const hashNames: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const partition = (items: Json | undefined, size: number): Json[] => {
  if (!Array.isArray(items)) throw new Error('the first argument of $partition must be an array');
  if (!Number.isInteger(size) || size <= 0)
    throw new Error('the size of $partition must be a positive integer');
  const chunks: Json[] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
};

const range = (first: number, last: number, step: number): number[] => {
  if (![first, last, step].every(Number.isInteger) || step === 0) {
    throw new Error('$range needs integers and a step that is not 0');
  }
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > maximumRange)
    throw new Error(`$range yields ${length} items, at most ${maximumRange} are allowed`);
  return Array.from({ length }, (_, index) => first + index * step);
};

const hash = (content: Json | undefined, algorithm: string): string => {
  const name = hashNames[algorithm];
  if (name === undefined) throw new Error(`$hash does not know the algorithm '${algorithm}'`);
  return createHash(name)
    .update(typeof content === 'string' ? content : JSON.stringify(content))
    .digest('hex');
};

// A small generator (mulberry32): the same seed gives the same number, as AWS promises.
const seeded = (seed: number): number => {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
};

const parse = (text: unknown): Json => {
  if (typeof text !== 'string') throw new Error('the argument of $parse must be a string');
  return JSON.parse(text) as Json;
};

/** The functions that Step Functions adds to JSONata, and its ban on `$eval`; time and randomness come from outside. */
export const awsFunctions = (clock: Clock, random: Random): Record<string, unknown> => ({
  partition,
  range,
  hash,
  parse,
  random: (seed?: number) => (seed === undefined ? random.fraction() : seeded(seed)),
  uuid: () => random.uuid(),
  millis: () => clock.now(),
  eval: () => {
    throw new Error('$eval is not supported by Step Functions');
  },
});
