// Once, not per character: where tests run, each look at a global object takes longer than the whole rest.
const { imul } = Math;

// FNV-1a's prime and offset, and the two multipliers of MurmurHash3's 32-bit finaliser.
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const MIX_1 = 0x85ebca6b;
const MIX_2 = 0xc2b2ae35;

const absorb = (state: number, text: string): number => {
  let hash = state;
  for (let at = 0; at < text.length; at += 1) hash = imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
};

const finish = (state: number): number => {
  let hash = state;
  hash = imul(hash ^ (hash >>> 16), MIX_1);
  hash = imul(hash ^ (hash >>> 13), MIX_2);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/**
 * A function from a text to a whole number from 0 to 2³²−1 that follows from the seed and the text alone, in every
 * version of Kiln: FNV-1a over the UTF-16 units of `<seed>`, NUL, `<text>`, then MurmurHash3's finaliser. Changing it
 * moves every machine's due time. Not for secrets; a million texts take a fraction of a second, which SHA-256 does not.
 */
export const seededHash = (seed: string): ((text: string) => number) => {
  const state = absorb(FNV_OFFSET, `${seed}\0`);
  return (text) => finish(absorb(state, text));
};

/** The same as a fraction, uniform from 0 to below 1. */
export const seededFraction = (seed: string): ((text: string) => number) => {
  const hashOf = seededHash(seed);
  return (text) => hashOf(text) / 2 ** 32;
};
