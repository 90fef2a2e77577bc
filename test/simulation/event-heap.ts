/** Something that is to happen at a time. */
export interface TimedAction {
  readonly time: number;
  readonly action: () => void;
}

/** What is to happen, the earliest first; of the same time, what was pushed first. */
export interface EventHeap {
  push(time: number, action: () => void): void;
  peek(): TimedAction | undefined;
  pop(): void;
}

interface Entry extends TimedAction {
  readonly order: number;
}

const isBefore = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/** A binary heap. */
export const createEventHeap = (): EventHeap => {
  const entries: Entry[] = [];
  let order = 0;

  const rise = (entry: Entry, from: number): void => {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = entries[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      entries[index] = parent;
      index = above;
    }
    entries[index] = entry;
  };

  const sink = (entry: Entry): void => {
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      let child = entries[below];
      const other = entries[below + 1];
      if (child !== undefined && other !== undefined && isBefore(other, child)) {
        below += 1;
        child = other;
      }
      if (child === undefined || !isBefore(child, entry)) break;
      entries[index] = child;
      index = below;
    }
    entries[index] = entry;
  };

  return {
    push: (time, action) => {
      order += 1;
      rise({ time, action, order }, entries.length);
    },
    peek: () => entries[0],
    pop: () => {
      const last = entries.pop();
      if (last !== undefined && entries.length > 0) sink(last);
    },
  };
};
