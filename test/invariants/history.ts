import type { ReleaseInEnvironment, RolloutTrigger } from '#pipeline/model';

/** Where an entry's group is: every app has its own groups in every environment. */
export interface Place {
  readonly environment: string;
  readonly app: string;
}

/** Whose doing a change of the fleet was; the last is everybody's but Kiln's. */
export type Cause = 'rollout' | 'recycling' | 'chaos' | 'clean-up' | 'external';

/** What an environment demands; stated before anything else happens in it, and again when it changes. */
export interface PolicyFact extends Pick<Place, 'environment'> {
  readonly fact: 'policy';
  /** Absent: age is no reason. */
  readonly maximumUptimeSeconds?: number;
  /** After it a machine that is still there breaks I12. */
  readonly graceSeconds: number;
  /** Share of the desired capacity that must serve, 0 to 1; 1 unless told. */
  readonly minHealthy?: number;
  /** Deregistered machines must stay so long, or until they have no request in flight. */
  readonly drainSeconds: number;
  /** At most so many machines of a group are replaced at once; max(1, 10 %) unless told. */
  readonly replacementsPerGroup?: number;
  /** Absent: chaos may do nothing by itself. */
  readonly chaos?: { readonly leashed: boolean; readonly minimumGapHours: number };
  /** Nothing enters without people's approval. */
  readonly needsApproval?: boolean;
}

/** A machine's way; `group` is said at its launch only. */
export type MachineFact =
  | ({
      readonly fact: 'machine.launched';
      readonly machine: string;
      readonly group: string;
      readonly release: string;
      readonly zone: string;
      readonly cause: Cause;
    } & Place)
  /** In its group, registered with the balancer, and healthy: it serves. Not said again after it was deregistered. */
  | { readonly fact: 'machine.healthy'; readonly machine: string }
  | { readonly fact: 'machine.unhealthy'; readonly machine: string; readonly cause: Cause }
  | { readonly fact: 'machine.deregistered'; readonly machine: string; readonly cause: Cause }
  | {
      readonly fact: 'machine.terminated';
      readonly machine: string;
      readonly cause: Cause;
      /** Requests that it had in flight when it went, if anybody counted. */
      readonly inFlight?: number;
    };

/** What a group is told and how the traffic goes. */
export type GroupFact =
  /** What recycling and chaos add for a while does not count as what was asked for: `cause` tells. */
  | ({
      readonly fact: 'group.desired';
      readonly group: string;
      readonly desired: number;
      readonly cause: Cause;
    } & Place)
  | ({ readonly fact: 'group.gone'; readonly group: string } & Place)
  | { readonly fact: 'zone.capacity'; readonly zone: string; readonly available: boolean }
  /** Weights by group name, as they were sent to the balancer. */
  | ({
      readonly fact: 'weights.set';
      readonly weights: Readonly<Record<string, number>>;
      readonly cause: Cause;
    } & Place)
  /** The same as the balancer told them afterwards. */
  | ({ readonly fact: 'weights.read'; readonly weights: Readonly<Record<string, number>> } & Place)
  /** A rollout goes on to its next step, which needs the weights read back. */
  | ({ readonly fact: 'rollout.step'; readonly execution: string; readonly step: number } & Place)
  | ({ readonly fact: 'requests.failed'; readonly count: number; readonly cause: Cause } & Place);

/** Who may do something, and within which bounds. */
export type PermissionFact =
  | ({ readonly fact: 'lease.taken'; readonly owner: string; readonly trigger: string } & Place)
  /** Given back, or lost because its owner died. */
  | ({ readonly fact: 'lease.ended'; readonly owner: string } & Place)
  | ({
      readonly fact: 'budget.taken';
      readonly owner: string;
      readonly machines: number;
      /** What the policy allows at this moment. */
      readonly allowed: number;
    } & Place)
  | { readonly fact: 'budget.ended'; readonly environment: string; readonly owner: string }
  /** An alarm, an outage flag: nothing may be disrupted until it is off. */
  | { readonly fact: 'hold'; readonly environment: string; readonly on: boolean; readonly reason: string }
  | ({
      readonly fact: 'approval.decided';
      readonly approval: string;
      readonly release: string;
      readonly planDigest: string;
      readonly user: string;
      readonly author?: string;
      readonly decision: 'approve' | 'reject';
      readonly fourEyes: boolean;
      readonly approvers: readonly string[];
    } & Place)
  | ({ readonly fact: 'approval.closed'; readonly approval: string; readonly reason: string } & Place);

/** Drops, rollouts, executions. */
export type ReleaseFact =
  /** `object` is bucket, key and version; `order` grows with the drop order of the app. */
  | {
      readonly fact: 'drop';
      readonly object: string;
      readonly app: string;
      readonly order: number;
      /** Seconds within which it must have come to an end; unchecked when absent. */
      readonly withinSeconds?: number;
    }
  | {
      readonly fact: 'release.started';
      readonly release: string;
      readonly object: string;
      readonly app: string;
    }
  | {
      readonly fact: 'release.ended';
      readonly release: string;
      readonly object: string;
      readonly status: 'live' | 'superseded' | 'rejected' | 'failed';
    }
  /** Approved, where people must, and about to make machines. */
  | ({
      readonly fact: 'rollout.started';
      readonly execution: string;
      readonly release: string;
      readonly trigger: RolloutTrigger;
      /** Position in the drop order of the app. */
      readonly order: number;
      readonly planDigest?: string;
      /** Present where people must approve. */
      readonly approval?: string;
      /** The group that served before. */
      readonly blue?: string;
      readonly green: string;
    } & Place)
  | ({
      readonly fact: 'rollout.ended';
      readonly execution: string;
      readonly release: string;
      readonly status: ReleaseInEnvironment['status'];
    } & Place)
  /** An execution of any state machine; `deadlineSeconds` is its machine's TimeoutSeconds. */
  | { readonly fact: 'execution.started'; readonly execution: string; readonly deadlineSeconds: number }
  | { readonly fact: 'execution.ended'; readonly execution: string; readonly status: string };

/** Recycling and chaos. */
export type DisruptionFact =
  | ({
      readonly fact: 'replacement.started';
      readonly execution: string;
      readonly group: string;
      readonly retire: readonly string[];
    } & Place)
  | ({
      readonly fact: 'replacement.ended';
      readonly execution: string;
      readonly group: string;
      readonly outcome: 'recycled' | 'yielded' | 'abandoned';
    } & Place)
  /** Why machines of the group grow older than they should; holds until `recycling.resumed`. */
  | ({ readonly fact: 'recycling.excused'; readonly group: string; readonly reason: string } & Place)
  | ({ readonly fact: 'recycling.resumed'; readonly group: string } & Place)
  /** `day` is the local date in the policy's time zone. */
  | ({
      readonly fact: 'kill.recorded';
      readonly kill: string;
      readonly group: string;
      readonly machine: string;
      readonly trigger: 'schedule' | 'drill';
      readonly day: string;
    } & Place)
  | ({ readonly fact: 'kill.done'; readonly kill: string; readonly machine: string } & Place);

/** What Kiln owns; `foreign` resources lack its tags. */
export type ResourceFact =
  | {
      readonly fact: 'resource.created';
      readonly resource: string;
      readonly foreign?: boolean;
    }
  | { readonly fact: 'resource.changed'; readonly resource: string; readonly byKiln: boolean }
  | { readonly fact: 'resource.deleted'; readonly resource: string; readonly byKiln: boolean }
  /** A document names it, or no longer does. */
  | { readonly fact: 'resource.referenced'; readonly resource: string; readonly by: string }
  | { readonly fact: 'resource.unreferenced'; readonly resource: string; readonly by: string };

/** The run is over; when `quiet`, nothing was under way any more and the clean-up had its time. */
export interface EndFact {
  readonly fact: 'run.ended';
  readonly quiet: boolean;
}

/** Something that is so from now on. */
export type Fact =
  | PolicyFact
  | MachineFact
  | GroupFact
  | PermissionFact
  | ReleaseFact
  | DisruptionFact
  | ResourceFact
  | EndFact;

/** A call at the local cloud's front door, as it writes it itself. */
export interface CallEntry {
  readonly kind: 'call';
  readonly service: string;
  readonly action: string;
  /** ARNs and ids in the call's input and answer. */
  readonly ids: readonly string[];
  /** `ok`, or the code of the error; `lost` when the caller got no answer. */
  readonly outcome: string;
  /** The fault that was injected, if any. */
  readonly fault?: string;
}

/** An event on the default bus. */
export interface EventEntry {
  readonly kind: 'event';
  readonly source: string;
  readonly detailType: string;
  readonly ids: readonly string[];
}

/** One line of a history: JSONL in a file, in the order of `seq`. */
export type HistoryEntry = {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch on the run's clock; never goes back. */
  readonly t: number;
  /** Who did it: a role's name, an execution, `scheduler`, `world`. */
  readonly actor: string;
} & (CallEntry | EventEntry | ({ readonly kind: 'state' } & Fact));

/** A history entry that states a fact. */
export type StateEntry = Extract<HistoryEntry, { readonly kind: 'state' }>;
