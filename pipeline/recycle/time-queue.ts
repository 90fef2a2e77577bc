/** Things that happen at times, taken in their order. */
export interface TimeQueue<T> {
  readonly add: (at: number, item: T) => void;
  /** The earliest, if it happens at `until` or before; among several at one time, the one that was added first. */
  readonly takeUntil: (until: number) => T | undefined;
  /** When the earliest happens; infinite when there is none. */
  readonly nextAt: () => number;
}

/** Creates an empty queue. */
export const createTimeQueue = <T>(): TimeQueue<T> => {
  // The earliest stands last, where it is taken at no cost.
  const entries: { readonly at: number; readonly item: T }[] = [];
  const placeOf = (at: number): number => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (at, item) => {
      entries.splice(placeOf(at), 0, { at, item });
    },
    takeUntil: (until) => ((entries.at(-1)?.at ?? Infinity) <= until ? entries.pop()?.item : undefined),
    nextAt: () => entries.at(-1)?.at ?? Infinity,
  };
};
