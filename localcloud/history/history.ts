import { closeSync, openSync, writeSync } from 'node:fs';
import type { Caller } from '../identity.ts';

/** What the local cloud writes down: calls and events, one JSON object a line. */
export type HistoryFact =
  | {
      readonly kind: 'call';
      readonly service: string;
      readonly action: string;
      readonly ids: readonly string[];
      /** `ok`, the code of the error, or `lost` when the caller got no answer. */
      readonly outcome: string;
      /** The faults that were injected. */
      readonly fault?: string;
    }
  | {
      readonly kind: 'event';
      readonly source: string;
      readonly detailType: string;
      readonly ids: readonly string[];
    };

/** The history of a local cloud. */
export interface History {
  /** False: nobody listens, and nothing need be collected. */
  readonly isOn: boolean;
  add(actor: string, fact: HistoryFact): void;
  close(): void;
}

/** Nothing is written. */
export const noHistory: History = { isOn: false, add: () => undefined, close: () => undefined };

/** Appends to a file. Time never goes back in it, whatever the clock does. */
export const openHistory = (path: string, now: () => number): History => {
  const file = openSync(path, 'a');
  let seq = 0;
  let t = 0;
  let isOpen = true;
  return {
    isOn: true,
    add: (actor, fact) => {
      if (!isOpen) return;
      seq += 1;
      t = Math.max(t, now());
      writeSync(file, `${JSON.stringify({ seq, t, actor, ...fact })}\n`);
    },
    close: () => {
      isOpen = false;
      closeSync(file);
    },
  };
};

/** How a caller is named in a history. */
export const actorOf = ({ kind, roleName, arn }: Caller): string =>
  kind === 'root' ? 'root' : (roleName ?? arn);
