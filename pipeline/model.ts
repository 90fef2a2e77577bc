import type { SmokeRequest } from '#bakery/model';

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
  'received' | 'baked' | 'tested' | 'rolling-out' | 'live' | 'rejected' | 'failed' | 'superseded';

/** The release's document: `kiln/releases/<app>/<releaseId>.json`. */
export interface ReleaseRecord extends Release {
  readonly status: ReleaseStatus;
  readonly updatedAt: string;
  readonly image?: Image;
  readonly evidence?: Evidence;
  /** Key of the CycloneDX document that says what the image is made of. */
  readonly billOfMaterials?: string;
  /** Name of the error that ended it, for example `ArtifactRejected`. */
  readonly reason?: string;
  /** The same for people. */
  readonly message?: string;
}

/** A group of machines of one release in one environment, and what was made for it. */
export interface Deployment {
  readonly releaseId: string;
  readonly version: string;
  readonly droppedAt: string;
  readonly imageId: ImageId;
  readonly digest: string;
  readonly groupName: string;
  readonly launchTemplateName: string;
  readonly targetGroupArn: string;
}

/** Who may change an app in an environment now; lost when its execution no longer runs. */
export interface Lease {
  readonly executionArn: string;
  readonly releaseId: string;
  readonly since: string;
}

/** What serves an app in an environment: `kiln/environments/<environment>/<app>.json`. */
export interface EnvironmentRecord {
  readonly app: string;
  readonly environment: string;
  readonly updatedAt: string;
  readonly current?: Deployment;
  readonly lease?: Lease;
  /** Releases whose machines here must still go: one that was replaced, or one whose rollout was killed. */
  readonly retiring?: readonly string[];
  /** The listener rule that carries the app's traffic. */
  readonly ruleArn?: string;
}

/** A rollout in flight: everything its later states need. */
export interface Rollout {
  readonly release: Release;
  readonly environment: string;
  readonly executionArn: string;
  readonly machines: number;
  readonly settleSeconds: number;
  readonly green: Deployment;
  readonly blue?: Deployment;
  readonly previewRuleArn: string;
  /** The app's rule: absent until the first release of the app got one. */
  readonly ruleArn?: string;
}
