import type { StateEntry } from './history.ts';
import type { World } from './world.ts';

/** Numbers as in the test catalogue; `budget` is the disruption budget that they share. */
export type InvariantId =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12'
  | 'I13'
  | 'I14'
  | 'I15'
  | 'I17'
  | 'budget'
  /** The history itself makes no sense: its writer is wrong. */
  | 'history';

/** Looks at one entry, with the world as it was before it, and says what is wrong with it. */
export type Look = (entry: StateEntry, before: World) => readonly string[];

/** A rule about whole histories. */
export interface Invariant {
  readonly id: InvariantId;
  /** Begins a history; what the rule must remember is in the closure. */
  readonly begin: () => Look;
}

/** Nothing wrong. */
export const fine: readonly string[] = [];

/** `text` unless `holds`. */
export const unless = (holds: boolean, text: () => string): readonly string[] => (holds ? fine : [text()]);
