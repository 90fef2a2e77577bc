import type { InstanceId, InstanceInZone } from '../model.ts';
import type { PlannedReplacement } from './fleet.ts';

/** A batch as the plan hands it to an execution of its own, with what the execution needs to plan on. */
export interface ReplacementOrder extends PlannedReplacement {
  /** Of its execution: whoever plans the same at the same time starts the same. */
  readonly name: string;
  /** Machines of the whole environment, which the budget is a share of. */
  readonly total: number;
  /** How long replacing everything in the environment once takes, which spreads the machines' ends. */
  readonly turnOverSeconds: number;
  /** Before the plan asked for the group, ISO 8601. */
  readonly seenAt?: string;
  /** Everything that was launched before is replaced, whatever its age; milliseconds since the epoch. */
  readonly launchedBefore?: number;
  /** Except these, which the execution itself put there: a batch that it took over had launched them already. */
  readonly spared?: readonly InstanceId[];
  readonly requestedBy?: string;
}

/** What all batches of one execution have in common. */
export interface Recycling extends ReplacementOrder {
  readonly executionArn: string;
  /** Of the execution's first batch, ISO 8601. */
  readonly startedAt: string;
  /** Batches and machines before this one. */
  readonly batches: number;
  readonly replaced: number;
  /** Seconds from the launch before which nobody looks: as the smoke test measured it, or the batch before took longer. */
  readonly bootSeconds: number;
}

/** Input of LaunchReplacements: the order first, what RetireInstances planned from then on. */
export type LaunchReplacementsInput = ReplacementOrder &
  Pick<Recycling, 'executionArn'> &
  Partial<Pick<Recycling, 'startedAt' | 'batches' | 'replaced' | 'bootSeconds'>>;

/** A batch whose replacements are launched: what the states hand on. */
export interface ReplacementBatch extends Recycling {
  readonly launched: readonly InstanceInZone[];
  /** The group's desired capacity before. */
  readonly capacity: number;
  /** ISO 8601. */
  readonly launchedAt: string;
  /** For which a machine that ends may finish its requests. */
  readonly drainSeconds: number;
  /** When replacements that are not healthy are given up, ISO 8601. */
  readonly giveUpAt: string;
  /** When all replacements were seen healthy, ISO 8601. */
  readonly healthyAt?: string;
  /** Healthy targets then, without the machines that are to be retired. */
  readonly healthyTargets?: number;
}
