import type { Random } from './random.ts';
import type { Timeline } from './timeline.ts';

/** Until when things happen by chance. */
export interface Chance {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly endsAt: number;
}

/** Does something again and again, once in `mean` milliseconds on average. */
export const nowAndThen = ({ timeline, random, endsAt }: Chance, mean: number, action: () => void): void => {
  const next = (): void => {
    const at = timeline.now() + random.exponential(mean);
    if (at >= endsAt) return;
    timeline.at(at, () => {
      action();
      next();
    });
  };
  next();
};

/** Starts something now and then that lasts for a while, `lasts` milliseconds on average, and is over at the end. */
export const forAWhile = (
  chance: Chance,
  { every, lasts }: { readonly every: number; readonly lasts: number },
  begin: () => (() => void) | undefined,
): void => {
  const { timeline, random, endsAt } = chance;
  nowAndThen(chance, every, () => {
    const end = begin();
    if (end !== undefined) timeline.at(Math.min(endsAt, timeline.now() + random.exponential(lasts)), end);
  });
};
