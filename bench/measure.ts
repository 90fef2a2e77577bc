/** One thing to be measured: does it once and says what it came to, in the unit of its figure (here milliseconds). */
export type Contestant = () => Promise<number>;

/** What n rounds gave, by name of the contestant, in the order in which they were taken. */
export type Samples<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/** How often to measure; the warm-up rounds are not counted. */
export interface Rounds {
  readonly rounds: number;
  readonly warmUps?: number;
}

/**
 * Measures contestants in turns, so that whatever else the machine does meets all of them alike; every other round goes
 * through them backwards, so that none always follows the same one.
 */
export async function measure<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  { rounds, warmUps = 1 }: Rounds,
): Promise<Samples<Name>> {
  const names = Object.keys(contestants) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await contestants[name]();
      if (round >= 0) samples[name].push(value);
    }
  }
  return samples;
}

/** Milliseconds that the work takes, by the monotonic clock. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The value in the middle; the mean of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('a median needs at least one value');
  return (lower + upper) / 2;
}

/** The median of every contestant. */
export function medians<Name extends string>(samples: Samples<Name>): Readonly<Record<Name, number>> {
  const names = Object.keys(samples) as Name[];
  return Object.fromEntries(names.map((name) => [name, median(samples[name])])) as Record<Name, number>;
}
