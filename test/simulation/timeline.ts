import { createEventHeap } from './event-heap.ts';

/** Virtual time: what is to happen, in its order. Nothing waits for anything real. */
export interface Timeline {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Does it at that time, or at once if that is over. */
  at(time: number, action: () => void): void;
  after(milliseconds: number, action: () => void): void;
  delay(milliseconds: number): Promise<void>;
  /** Lets everything happen until that time, or until `isOver`. */
  run(until: number, isOver?: () => boolean): Promise<void>;
  /** How many things have happened. */
  happened(): number;
}

/** Things that happen in one turn of the event loop, whose turns are dear. */
const TURN = 200;

/** Time that starts at `startAt`. What is due at the same time happens in the order in which it was asked for. */
export const createTimeline = (startAt: number): Timeline => {
  const heap = createEventHeap();
  let now = startAt;
  let happened = 0;
  const at = (time: number, action: () => void): void => {
    heap.push(Math.max(Math.round(time), now), action);
  };
  /** Lets the next thing happen; false when none is left until then. */
  const step = (until: number): boolean => {
    const next = heap.peek();
    if (next === undefined || next.time > until) return false;
    heap.pop();
    now = next.time;
    happened += 1;
    next.action();
    return true;
  };
  return {
    now: () => now,
    at,
    after: (milliseconds, action) => {
      at(now + milliseconds, action);
    },
    delay: (milliseconds) =>
      new Promise((resolve) => {
        at(now + milliseconds, resolve);
      }),
    run: (until, isOver = () => false) =>
      new Promise((resolve, reject) => {
        let isDone = false;
        const done = (): void => {
          isDone = true;
          resolve();
        };
        // Between two of them nothing is left that waits for a promise alone.
        const tick = (): void => {
          if (isDone) return;
          try {
            if (isOver()) done();
            else if (!step(until)) {
              now = Math.max(now, until);
              done();
            }
          } catch (error) {
            isDone = true;
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        const turn = (): void => {
          if (isDone) return;
          for (let count = 0; count < TURN; count += 1) setImmediate(tick);
          setImmediate(turn);
        };
        setImmediate(turn);
      }),
    happened: () => happened,
  };
};
