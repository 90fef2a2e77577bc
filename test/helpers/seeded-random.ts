import type { Random } from '#localcloud/random';
import { createRandom } from '#localcloud/random';
import { seededChance } from '#localcloud/faults/seeded-chance';

/** Randomness that follows from a seed alone, for everything that a test draws. */
export interface SeededRandom extends Random {
  readonly seed: number;
  /** A whole number from `from` to `to`, both possible. */
  between(from: number, to: number): number;
  /** One of them; throws when there is none. */
  pick<T>(items: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/** Creates it. */
export const seededRandom = (seed: number): SeededRandom => {
  const fraction = seededChance(seed);
  const bytes = (count: number): Buffer =>
    Buffer.from(Array.from({ length: count }, () => Math.floor(fraction() * 256)));
  const between = (from: number, to: number): number => from + Math.floor(fraction() * (to - from + 1));
  return {
    ...createRandom(bytes),
    seed,
    fraction,
    between,
    pick: (items) => {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[between(0, items.length - 1)] as (typeof items)[number];
    },
    chance: (probability) => fraction() < probability,
  };
};

/**
 * Runs `body` with a new seed, or with the one of `KILN_SEED`. When it fails, the error's message begins with the seed
 * that shows the failure again.
 */
export const withSeed = async (body: (random: SeededRandom) => Promise<void> | void): Promise<void> => {
  const given = process.env['KILN_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  try {
    await body(seededRandom(seed));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`KILN_SEED=${seed}: ${text}`, { cause: error });
  }
};
