import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { Account } from './aws/account.ts';
import type { Calls } from './aws/calls.ts';
import type { Excuses } from './excuses.ts';
import type { Executions } from './executions.ts';
import type { Random } from './random.ts';
import type { HistoryWriter } from './history-writer.ts';
import type { Timeline } from './timeline.ts';
import type { WireFaults } from './wire.ts';

/** What goes wrong besides the wire. */
export interface Faults extends WireFaults {
  /** Chance that a function dies in the middle. */
  crash: number;
  /** How far the clock of whoever plans is off, in milliseconds. */
  plannerSkew: number;
}

/** What was done in a run. */
export type Figures = Record<string, number>;

/** A rule that the product is made to break, to see whether the checker notices. */
export type Sabotage =
  /** Old machines go although their replacements were never seen healthy. */
  | 'retire-unhealthy'
  /** Chaos kills without writing it down. */
  | 'kill-unrecorded'
  /** A replacement that failed is forgotten, with what it launched. */
  | 'leave-surplus';

/** All that a run consists of. */
export interface World {
  readonly seed: string;
  readonly stack: string;
  readonly bucket: string;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly history: HistoryWriter;
  readonly excuses: Excuses;
  readonly account: Account;
  readonly calls: Calls;
  readonly executions: Executions;
  readonly documents: Map<string, object>;
  readonly environments: readonly DeployedEnvironment[];
  /** How often recycling is planned. */
  readonly planMinutes: number;
  /** Apps that chaos hits and the minute of the day, by environment and local date. */
  readonly chaosDates: Map<string, ReadonlyMap<string, number>>;
  readonly faults: Faults;
  readonly figures: Figures;
  readonly sabotage: Sabotage | undefined;
  /** The first error that is a bug of the product or of the simulation. */
  bug: unknown;
}

/** Counts something. */
export const count = ({ figures }: Pick<World, 'figures'>, name: string, by = 1): void => {
  figures[name] = (figures[name] ?? 0) + by;
};

/** Does something that nobody waits for; an error in it ends the run. */
export const inBackground = (world: World, work: Promise<unknown>): void => {
  work.catch((error: unknown) => {
    world.bug ??= error;
  });
};
