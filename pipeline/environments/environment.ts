import type { JudgeSettings } from '../judge/judge.ts';

/** One step of a rollout: green's share of the traffic, and how long to look at it. */
export interface RolloutStep {
  /** Green's share in percent, 1 to 100; the last step is 100. */
  readonly weight: number;
  /** The shortest time at this share; with a judge it may take longer. */
  readonly pauseSeconds: number;
}

/** How traffic moves to a new release. */
export interface RolloutStrategy {
  /** One step of 100 is all-at-once. */
  readonly steps: readonly RolloutStep[];
  /** Machines that green starts with; it grows with its share. Absent: all of them from the start. */
  readonly canaryMachines?: number;
  /** How long a change of weights takes to reach every node of the balancer. */
  readonly settleSeconds: number;
  /** How long a step may stay undecided after its pause before the rollout rolls back. */
  readonly deadlineSeconds: number;
  /** Absent: a step passes when its pause is over and no alarm is on. */
  readonly judge?: JudgeSettings;
  readonly alarms: AlarmRule;
}

/** CloudWatch alarms that stop a rollout. */
export interface AlarmRule {
  readonly names: readonly string[];
  /** What an alarm without data means: wait for it, or go on. */
  readonly insufficientData: 'hold' | 'ignore';
}

/** Who may let a release into an environment. */
export interface ApprovalRule {
  /** How many people must approve; one rejection is enough to reject. */
  readonly approvers: number;
  /** Who may decide: Slack user ids, Slack user names or IAM ARNs; empty: everyone who can ask. */
  readonly users: readonly string[];
  /** Whether whoever made or asked for the release may approve it. */
  readonly requesterMayApprove: boolean;
  readonly expiryMinutes: number;
}

/** When an environment is switched off and on by itself. */
export interface OffHours {
  /** Cron expressions of EventBridge Scheduler, without `cron(` and `)`: `0 20 ? * MON-FRI *`. */
  readonly off: string;
  readonly on: string;
  /** IANA name, `Europe/Berlin`. */
  readonly timeZone: string;
}

/** How many machines of an environment Kiln may take out of service at once, whatever for. */
export interface DisruptionPolicy {
  /** At most so many machines… */
  readonly machines: number;
  /** …or this share of the environment's machines in percent, whichever is more. */
  readonly percent: number;
  /** CloudWatch alarms during which nothing is disrupted. */
  readonly alarms: readonly string[];
  /** Recycling stops when more than this share in percent is overdue at once: rather a wrong clock than old machines. */
  readonly overduePercent: number;
}

/** `MON` to `SUN`. */
export type Weekday = 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT' | 'SUN';

/** What chaos does to a machine. */
export type ChaosKind = 'terminate';

/** How chaos tries an environment. */
export interface ChaosPolicy {
  readonly enabled: boolean;
  /** Says what it would do and does nothing. */
  readonly leashed: boolean;
  /** Mean days between kills of a group, counted in days on which chaos may act; 1: one every such day. */
  readonly meanDays: number;
  readonly minimumGapHours: number;
  /** Local hours in which it acts: from the first until before the second. */
  readonly hours: { readonly from: number; readonly until: number };
  readonly weekdays: readonly Weekday[];
  /** IANA name. */
  readonly timeZone: string;
  /** Apps that take part; absent: all. */
  readonly apps?: readonly string[];
  readonly exceptApps: readonly string[];
  readonly kinds: readonly ChaosKind[];
}

/** How an environment runs its applications, as `environments.yml` says. */
export interface Environment {
  /** `dev`, `prod`: a letter, then letters, digits and hyphens, at most 20. */
  readonly name: string;
  /** Port of its listener on the load balancer, unless the deployment says otherwise. */
  readonly port: number;
  /** Machines of an app; a rollout takes over what runs. */
  readonly capacity: { readonly min: number; readonly desired: number; readonly max: number };
  /** Availability zones by their last letters (`a`, `b`); absent: all that the deployment has. */
  readonly zones?: readonly string[];
  /** Absent: the smallest that holds the app's memory. */
  readonly instanceType?: string;
  readonly rollout: RolloutStrategy;
  /** Absent: a release enters by itself. */
  readonly approval?: ApprovalRule;
  /** How long the replaced machines stay ready to take the traffic back; 0: they go at once. */
  readonly warmBlueMinutes: number;
  /** How long a machine that leaves the balancer may finish its requests. */
  readonly drainSeconds: number;
  /** How long a machine may take to answer its health check before it is replaced. */
  readonly healthGraceSeconds: number;
  /** Machines are replaced before they are older; absent: age is no reason. */
  readonly maximumUptimeMinutes?: number;
  /** How long after its maximum uptime a machine that nobody replaced powers itself off. */
  readonly uptimeGraceMinutes: number;
  readonly disruption: DisruptionPolicy;
  readonly chaos: ChaosPolicy;
  /** Handed to every app of the environment at launch, above what its artifact has baked in. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly offHours?: OffHours;
  /** What becomes of a release that arrives while the environment is off. */
  readonly whileOff: 'wait' | 'refuse';
}

/** An environment of a deployed stack. */
export interface DeployedEnvironment extends Environment {
  readonly listenerArn: string;
  /** For example `http://kiln-1.eu-central-1.elb.amazonaws.com:80`. */
  readonly url: string;
}
