import { hash } from 'node:crypto';

const BYTES = 6;

/** A number from 0 up to 1 that follows from the words alone, evenly spread over all words. */
export const draw = (...words: readonly string[]): number =>
  hash('sha256', words.join('\n'), 'buffer').readUIntBE(0, BYTES) / 2 ** (8 * BYTES);
