import type { ApprovalRule } from '../environments/environment.ts';
import type { SourceMetadata } from '../model.ts';

/** Where an approval stands. All but `pending` are final. */
export type ApprovalStatus =
  | 'pending'
  | 'approved'
  | 'rejected'
  /** Nobody decided in time, or its execution ended. */
  | 'expired'
  /** A newer release asks for the same environment. */
  | 'superseded'
  /** What would be rolled out is no longer what was shown. */
  | 'stale';

/** One person's word on an approval. */
export interface Decision {
  readonly decision: 'approve' | 'reject';
  /** Slack user id or IAM ARN. */
  readonly user: string;
  /** As people call them. */
  readonly userName?: string;
  /** How it came: `slack`, `cli`. */
  readonly via: string;
  /** ISO 8601. */
  readonly at: string;
  readonly comment?: string;
}

/** A decision that was not accepted, kept as a record of who tried. */
export interface RefusedDecision extends Decision {
  readonly reason: string;
}

/** What people see before they decide. */
export interface ApprovalEvidence {
  readonly source?: SourceMetadata;
  /** The release that serves there now. */
  readonly replaces?: { readonly releaseId: string; readonly version: string };
  readonly imageId: string;
  readonly digest: string;
  readonly size: {
    readonly contentBytes: number;
    readonly files: number;
    /** Against what serves now; absent for the first release. */
    readonly contentBytesDelta?: number;
    readonly filesDelta?: number;
    /** Blocks of 512 KiB that differ from the image that serves now. */
    readonly changedBlocks?: number;
  };
  readonly bootSeconds: number;
  readonly smoke: readonly {
    readonly path: string;
    readonly status: number;
    readonly milliseconds: number;
  }[];
  /** What the release answered in the environment before this one. */
  readonly before?: { readonly environment: string; readonly requests: number; readonly errors: number };
  /** Names of the parameters that differ from what serves now, never their values. */
  readonly changedParameters: readonly string[];
}

/** The approval's document: `kiln/approvals/<app>/<approvalId>.json`. */
export interface ApprovalRecord {
  /** 20 hex digits; follows from the execution and the plan. */
  readonly approvalId: string;
  readonly app: string;
  readonly environment: string;
  readonly releaseId: string;
  readonly version: string;
  /** The rollout that waits. */
  readonly executionArn: string;
  /** Digest of what was shown; a decision on another plan is refused. */
  readonly planDigest: string;
  readonly status: ApprovalStatus;
  readonly rule: ApprovalRule;
  /** Who made or asked for the release. */
  readonly requesters: readonly string[];
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly updatedAt: string;
  readonly evidence: ApprovalEvidence;
  readonly decisions: readonly Decision[];
  readonly refused: readonly RefusedDecision[];
  /** Release whose request took this one's place. */
  readonly supersededBy?: string;
  /** Digest of a configuration that came with the request; absent: whatever the environment gives. */
  readonly pinnedConfiguration?: string;
  /** Resumes the execution; never leaves this document. */
  readonly taskToken?: string;
  /** When Step Functions handed the token out, ISO 8601. */
  readonly tokenAt?: string;
  /** Since when somebody tells the execution, ISO 8601: nobody else does meanwhile. */
  readonly tellingSince?: string;
  /** When the execution was told. */
  readonly resumedAt?: string;
}

/** Where an approval's document stands in the bucket. */
export const approvalKey = ({ app, approvalId }: Pick<ApprovalRecord, 'app' | 'approvalId'>): string =>
  `kiln/approvals/${app}/${approvalId}.json`;

/** Detail of the event `approval.requested`. */
export interface ApprovalRequested {
  readonly approvalId: string;
  readonly app: string;
  readonly environment: string;
  readonly releaseId: string;
  readonly taskToken: string;
}

/** Detail of the event `approval.decided`: from Slack, the CLI or whoever may put events on the bus. */
export interface ApprovalDecided extends Omit<Decision, 'at'> {
  readonly approvalId: string;
  readonly app: string;
  /** Digest of the plan that the person saw. */
  readonly planDigest: string;
}
