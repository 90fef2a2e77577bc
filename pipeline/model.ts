import type { SmokeRequest } from '#bakery/model';
import type { RolloutStrategy } from './environments/environment.ts';
import type { RequestCounts } from './judge/request-counts.ts';
import type { PassedOverMachine } from './recycle/passed-over-machine.ts';
import type { RecyclingState } from './recycle/recycling-state.ts';
import type { RolloutProgress } from './rollout/rollout-progress.ts';

/** An EC2 image, `ami-…`. */
export type ImageId = `ami-${string}`;
/** An EBS snapshot, `snap-…`. */
export type SnapshotId = `snap-${string}`;
/** An EC2 instance, `i-…`. */
export type InstanceId = `i-${string}`;

/**
 * One drop of one artifact, on its way through the pipeline. Also the name of the state machine's execution, so that a
 * drop that is delivered twice is released once.
 */
export interface Release {
  /** `<app>-<version>-<16 hex digits of the drop>`, at most 80 characters. */
  readonly releaseId: string;
  readonly app: string;
  readonly version: string;
  readonly bucket: string;
  readonly key: string;
  /** The artifact is read by this version only, never by its key alone. */
  readonly versionId: string;
  /** When S3 took the artifact, ISO 8601; orders the drops of an app. */
  readonly droppedAt: string;
  /** Orders the drops of one key within a second: a hexadecimal number of S3's. */
  readonly sequencer?: string;
}

/** What orders the drops of an app: `pipeline/release/drop-order.ts`. */
export type DropOrder = Pick<Release, 'releaseId' | 'droppedAt' | 'key' | 'sequencer'>;

/** Where an artifact comes from, as its object's metadata (`x-amz-meta-…`) says. */
export interface SourceMetadata {
  readonly commit?: string;
  readonly author?: string;
  readonly message?: string;
  /** Who dropped it, as `kiln drop` knows. */
  readonly user?: string;
}

/** The machine image of a release. */
export interface Image {
  readonly imageId: ImageId;
  readonly snapshotId: SnapshotId;
  /** Identity of the disk's content; an image with another digest is another release. */
  readonly digest: string;
  readonly baseDigest: string;
  readonly port: number;
  readonly healthPath: string;
  readonly smokeRequests: readonly SmokeRequest[];
  readonly memoryMiB: number;
  /** How long a machine may take from its launch to its first passed health check. */
  readonly startSeconds: number;
  readonly bake: BakeFigures;
}

/** What a bake read and wrote. */
export interface BakeFigures {
  readonly artifactBytes: number;
  readonly artifactSha256: string;
  readonly files: number;
  readonly contentBytes: number;
  readonly blocksUploaded: number;
  readonly seconds: number;
}

/** What the smoke test saw; goes with the release for ever. */
export interface Evidence {
  readonly digest: string;
  readonly instanceId: InstanceId;
  /** Launch call to first passed health check. */
  readonly bootSeconds: number;
  readonly requests: readonly {
    readonly path: string;
    readonly status: number;
    readonly milliseconds: number;
  }[];
  /** The last lines the machine wrote. */
  readonly consoleTail: string;
}

/** Where a release stands. The last four are final. */
export type ReleaseStatus =
  | 'received'
  | 'baked'
  | 'tested'
  | 'rolling-out'
  | 'awaiting-approval'
  | 'live'
  | 'rejected'
  | 'failed'
  | 'superseded';

/** Where a release stands in one environment. */
export type EnvironmentStatus =
  | 'awaiting-approval'
  | 'rolling-out'
  | 'live'
  /** A newer release, or a rollback, took its place after it had served. */
  | 'replaced'
  | 'rolled-back'
  | 'rejected'
  | 'failed'
  | 'superseded';

/** What became of a release in one environment. */
export interface ReleaseInEnvironment {
  readonly status: EnvironmentStatus;
  readonly at: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The release's document: `kiln/releases/<app>/<releaseId>.json`. */
export interface ReleaseRecord extends Release {
  readonly status: ReleaseStatus;
  readonly updatedAt: string;
  readonly source?: SourceMetadata;
  readonly image?: Image;
  readonly evidence?: Evidence;
  /** Key of the CycloneDX document that says what the image is made of. */
  readonly billOfMaterials?: string;
  /** Name of the error that ended it, for example `ArtifactRejected`. */
  readonly reason?: string;
  /** The same for people. */
  readonly message?: string;
  /** By name. */
  readonly environments?: Readonly<Record<string, ReleaseInEnvironment>>;
}

/** What an app is given at launch. With the image it is all that a release is, so a rollback restores both. */
export interface Configuration {
  /** 12 hex digits over the parameters. */
  readonly digest: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What names a group of machines: the same release with another configuration is another group. */
export interface DeploymentKey {
  readonly releaseId: string;
  readonly configurationDigest: string;
}

/** How long machines of a release take to start, in seconds: as its smoke test measured it, and at most. */
export interface StartTimes {
  readonly bootSeconds: number;
  readonly startSeconds: number;
}

/** A group of machines of one release in one environment, and what was made for it. */
export interface Deployment {
  readonly releaseId: string;
  readonly version: string;
  readonly droppedAt: string;
  readonly imageId: ImageId;
  readonly digest: string;
  readonly configuration: Configuration;
  readonly groupName: string;
  readonly launchTemplateName: string;
  readonly targetGroupArn: string;
  /** Absent where a Kiln that did not note them rolled it out. */
  readonly startTimes?: StartTimes;
  /** The uptime from which on its machines' own timers end them. Absent: they have none, or it was not noted. */
  readonly deadManSeconds?: number;
  /** When it took all of the traffic, ISO 8601. */
  readonly liveAt?: string;
}

/** What lets a release into an environment. */
export type RolloutTrigger = 'drop' | 'promotion' | 'rollback';

/** What takes machines out of service one by one. */
export type DisruptionKind = 'recycling' | 'chaos';

/**
 * Machines of the group that serves, on their way to be replaced. Written before anything is launched, so that whoever
 * takes over from a dead execution goes on with the same machines.
 */
export interface Replacement {
  readonly executionArn: string;
  readonly groupName: string;
  readonly since: string;
  /** The group's desired capacity before. */
  readonly capacity: number;
  readonly retire: readonly InstanceInZone[];
  /** Of this batch: makes the launch idempotent. */
  readonly clientToken: string;
  /**
   * What the group's default cooldown is set to, in seconds, in the call that raises its capacity for the batch, so that the raise
   * can be told from somebody else's (docs/decisions/0011).
   */
  readonly mark: number;
  /** The replacements; absent until they are launched. */
  readonly launched?: readonly InstanceInZone[];
  /** Machines that were told to end, each of which lowers the capacity by one as it goes. */
  readonly retired?: readonly InstanceId[];
}

export interface InstanceInZone {
  readonly instanceId: InstanceId;
  readonly zone: string;
}

/** Who may change an app in an environment now; lost when its execution no longer runs. */
export interface Lease extends DeploymentKey {
  readonly executionArn: string;
  readonly since: string;
  readonly trigger: RolloutTrigger | 'flip' | DisruptionKind;
  /** A drop that is older than the one under way is superseded. */
  readonly drop?: DropOrder;
  /** Somebody wants the rollout undone; its next step obeys. */
  readonly abort?: { readonly by: string; readonly at: string };
}

/** The rollout that comes next when the lease is free. */
export interface WaitingRollout extends DropOrder {
  readonly executionArn: string;
  readonly since: string;
}

/** What serves an app in an environment: `kiln/environments/<environment>/<app>.json`. */
export interface EnvironmentRecord {
  readonly app: string;
  readonly environment: string;
  readonly updatedAt: string;
  readonly current?: Deployment;
  /** The replaced machines, ready to take the traffic back until then (ISO 8601). */
  readonly warm?: { readonly deployment: Deployment; readonly until: string };
  /** What served well before, the newest first, at most ten: where a rollback goes. */
  readonly previous?: readonly Deployment[];
  /** The newest drop that ever served here: an older one no longer enters by itself. */
  readonly newestDrop?: DropOrder;
  readonly lease?: Lease;
  readonly waiting?: WaitingRollout;
  readonly pendingApproval?: DropOrder & { readonly approvalId: string };
  readonly progress?: RolloutProgress;
  /** Machines that must still go: of a release that was replaced, or one whose rollout was killed. */
  readonly retiring?: readonly DeploymentKey[];
  readonly replacement?: Replacement;
  /** Whether LaunchInstances was seen to raise a group's desired capacity (docs/decisions/0011). */
  readonly launchRaises?: boolean;
  /** The mark of the last batch. */
  readonly raiseMark?: number;
  readonly recycling?: RecyclingState;
  /** Machines that the last plan passed over, at most 50. */
  readonly passedOver?: readonly PassedOverMachine[];
  /** The listener rule that carries the app's traffic. */
  readonly ruleArn?: string;
  /** Switched off: the capacity to come back to. */
  readonly off?: {
    readonly since: string;
    readonly by: string;
    readonly capacity: { readonly min: number; readonly desired: number; readonly max: number };
  };
}

/** What will be rolled out, before anything is made: input of every later state. */
export interface RolloutPlan {
  readonly release: Release;
  readonly image: Image;
  readonly environment: string;
  readonly executionArn: string;
  readonly trigger: RolloutTrigger;
  readonly requestedBy?: string;
  readonly configuration: Configuration;
  /** Over release, image, configuration, what serves now and the approval rule. */
  readonly planDigest: string;
  /** Present where people must approve first. */
  readonly approval?: { readonly approvalId: string; readonly expirySeconds: number };
}

/** A rollout in flight: everything its later states need. */
export interface Rollout extends RolloutPlan {
  /** Machines of the whole fleet, as they are now. */
  readonly machines: number;
  readonly strategy: RolloutStrategy;
  readonly warmBlueMinutes: number;
  readonly listenerArn: string;
  readonly green: Deployment;
  readonly blue?: Deployment;
  readonly previewRuleArn: string;
  /** The app's rule: absent until the first release of the app got one. */
  readonly ruleArn?: string;
  /** Index of the step that comes next or is under way. */
  readonly step: number;
  /** Healthy machines of green that were found to run its image. */
  readonly checkedInstanceIds?: readonly string[];
  /** When the first shift began and this step began, ISO 8601. */
  readonly shiftedAt?: string;
  readonly stepStartedAt?: string;
  /** What green and blue had answered when the step began. */
  readonly stepCounts?: { readonly green: RequestCounts; readonly blue: RequestCounts };
}
