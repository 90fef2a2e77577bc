/** Randomness that a seed determines. */
export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** Uniform whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  /** @throws Error for an empty list */
  pick<T>(from: readonly T[]): T;
  /** Time until the next of events that come independently, once in `mean` on average. */
  exponential(mean: number): number;
  /** Another source that the same seed determines; what one of them gives does not change the other. */
  fork(name: string): Random;
}

/** FNV-1a over the characters' codes: spreads similar seeds. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
};

/** The generator mulberry32, which is fast and good enough to choose faults. */
export const createRandom = (seed: string): Random => {
  let state = hash(seed);
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    whole: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
    chance: (probability) => fraction() < probability,
    pick: (from) => {
      const chosen = from[Math.floor(fraction() * from.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
    exponential: (mean) => -Math.log(1 - fraction()) * mean,
    fork: (name) => createRandom(`${seed}/${name}`),
  };
};
