import type { DisruptionPolicy } from '../environments/environment.ts';
import type { InstanceId, InstanceInZone } from '../model.ts';
import type { PassedOverMachine } from './passed-over-machine.ts';

/** A machine as the planner sees it. */
export interface FleetMachine {
  readonly instanceId: InstanceId;
  readonly zone: string;
  /** Milliseconds since the epoch; absent when EC2 did not show it: such a machine is never chosen. */
  readonly launchedAt?: number | undefined;
  /** Its uptime until which its own timer leaves it alone, as a plan told it. */
  readonly keptUntilSeconds?: number | undefined;
  /** It was told so though its age could not be believed. */
  readonly keptInDoubt?: true | undefined;
  /** Auto Scaling's `LifecycleState`. */
  readonly state: string;
  readonly healthy: boolean;
  /** From scale-in: somebody looks at it. */
  readonly protected: boolean;
}

/** A group of machines that serves an app in an environment. */
export interface FleetGroup {
  readonly environment: string;
  readonly app: string;
  readonly groupName: string;
  readonly releaseId: string;
  readonly desired: number;
  readonly max: number;
  readonly zones: readonly string[];
  readonly machines: readonly FleetMachine[];
  /** A machine's time from its launch to its first passed health check, as its smoke test measured it. */
  readonly bootSeconds: number;
  /** The uptime from which on its machines' own timers end them; absent where it is the environment's, or there is none. */
  readonly deadManSeconds?: number;
  /** Why nothing of it may be replaced now, whatever its machines' ages: busy, off, blocked. */
  readonly skip?: string;
  /**
   * When what was planned for it last came to nothing, in milliseconds since the epoch: others go first, so that it holds up
   * none of them.
   */
  readonly triedInVainAt?: number;
  /** With `skip`: nothing is wrong with it; it is its turn already, or will be. */
  readonly waits?: true;
}

/** What recycling must know of an environment. */
export interface RecyclingPolicy {
  readonly environment: string;
  /** Absent: only what is asked for by name is replaced. */
  readonly maximumUptimeSeconds?: number;
  readonly graceSeconds: number;
  readonly drainSeconds: number;
  readonly disruption: DisruptionPolicy;
  /** Machines that are out of service by Kiln's doing already. */
  readonly disrupted: number;
  /** Why nothing is disrupted at all now: an alarm, an outage. */
  readonly hold?: string;
}

/** A batch of one group, to be launched before it is retired. */
export interface PlannedReplacement {
  readonly environment: string;
  readonly app: string;
  readonly groupName: string;
  readonly retire: readonly InstanceInZone[];
  /** If no zone of these has room: one machine each that is due in another zone, in this order. */
  readonly otherwise?: readonly InstanceInZone[];
  /** Machines of the group that are due now, these among them. */
  readonly due: number;
  /** The group's desired capacity as it was planned on; absent where it was not. */
  readonly capacity?: number;
}

/** A group that was passed over though it has machines that are due. */
export interface SkippedGroup {
  readonly environment: string;
  readonly app: string;
  readonly groupName: string;
  readonly due: number;
  /** For people. */
  readonly reason: string;
  /** Nothing is wrong with it: it is its turn already, or will be once the budget or the launch rate allow it. */
  readonly waits?: true;
}

/** Machines of a group that are due and stay, each for a reason of its own. */
export interface PassedOver {
  readonly environment: string;
  readonly app: string;
  readonly groupName: string;
  readonly machines: readonly Pick<PassedOverMachine, 'instanceId' | 'reason'>[];
}

/** How long replacing everything once takes. */
export interface TurnOver {
  readonly environment: string;
  readonly machines: number;
  /** At the account's launch rate and within the budget. */
  readonly seconds: number;
  readonly maximumUptimeSeconds?: number;
  /** False: the maximum uptime is shorter than a turn-over, so it is refused. */
  readonly possible: boolean;
}

export interface RecyclingPlan {
  /** ISO 8601. */
  readonly at: string;
  readonly seed: string;
  readonly replacements: readonly PlannedReplacement[];
  readonly skipped: readonly SkippedGroup[];
  /** Of all groups, of those that are skipped or held too. */
  readonly passedOver: readonly PassedOver[];
  /** Environments in which nothing is recycled, and why. */
  readonly held: readonly { readonly environment: string; readonly reason: string }[];
  readonly turnOver: readonly TurnOver[];
  /** When the next machine falls due, ISO 8601. */
  readonly nextDueAt?: string;
}
