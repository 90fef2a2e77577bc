import type { ShownApproval } from '#cli/approvals/read-approvals';
import type { AppStatus, Share } from '#cli/rollouts/read-status';
import type { Decision } from '#pipeline/approval/approval-record';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type { Deployment, EnvironmentRecord, Evidence, ReleaseRecord } from '#pipeline/model';
import type { RolloutProgress } from '#pipeline/rollout/rollout-progress';

/** When these tests take place. */
export const NOW = new Date('2026-01-05T12:00:00Z');

/** So many minutes before these tests take place, ISO 8601. */
export const minutesAgo = (minutes: number): string =>
  new Date(NOW.getTime() - minutes * 60_000).toISOString();

/** Release id of the `n`th release of `hello`. */
export const releaseIdOf = (n: number): string => `hello-${n}.0.0-000000000000000${n}`;

/** ARN of the execution that does something for the `n`th release. */
export const executionOf = (n: number): string => `arn:aws:states:r:1:execution:kiln-rollout:e-${n}`;

/** The approval of the second release for prod. */
export const anApproval = (more: Partial<ShownApproval> = {}): ShownApproval => ({
  approvalId: 'a'.repeat(20),
  app: 'hello',
  environment: 'prod',
  releaseId: releaseIdOf(2),
  version: '2.0.0',
  executionArn: executionOf(2),
  planDigest: 'p'.repeat(16),
  status: 'pending',
  rule: { approvers: 1, users: [], requesterMayApprove: true, expiryMinutes: 60 },
  requesters: ['arn:aws:iam::1:user/ann'],
  requestedAt: minutesAgo(5),
  expiresAt: minutesAgo(-55),
  updatedAt: minutesAgo(5),
  evidence: {
    imageId: 'ami-2',
    digest: 'sha256:2222',
    size: { contentBytes: 2048, files: 3 },
    bootSeconds: 3.21,
    smoke: [],
    changedParameters: [],
  },
  decisions: [],
  refused: [],
  ...more,
});

/** Ben's word on it. */
export const aDecision = (more: Partial<Decision> = {}): Decision => ({
  decision: 'approve',
  user: 'arn:aws:iam::1:user/ben',
  via: 'cli',
  at: minutesAgo(1),
  ...more,
});

/** The machines of the `n`th release. */
export const aServingDeployment = (n: number): Deployment => ({
  releaseId: releaseIdOf(n),
  version: `${n}.0.0`,
  droppedAt: minutesAgo(100 - n),
  imageId: `ami-${n}`,
  digest: `sha256:${n}`,
  configuration: { digest: 'c0', parameters: {} },
  groupName: `group-${n}`,
  launchTemplateName: `template-${n}`,
  targetGroupArn: `arn:aws:elasticloadbalancing:r:1:targetgroup/hello-${n}/${n}`,
});

/** `hello` in prod, where the first release serves. */
export const aServingRecord = (more: Partial<EnvironmentRecord> = {}): EnvironmentRecord => ({
  app: 'hello',
  environment: 'prod',
  updatedAt: minutesAgo(1),
  current: aServingDeployment(1),
  ruleArn: 'arn:rule',
  ...more,
});

/** The rollout of the second release has the lease. */
export const aLease = (more: Partial<EnvironmentRecord['lease']> = {}): EnvironmentRecord['lease'] & {} => ({
  executionArn: executionOf(2),
  releaseId: releaseIdOf(2),
  configurationDigest: 'c0',
  since: minutesAgo(4),
  trigger: 'drop',
  ...more,
});

/** It holds at its first step. */
export const someProgress = (more: Partial<RolloutProgress> = {}): RolloutProgress => ({
  releaseId: releaseIdOf(2),
  version: '2.0.0',
  phase: 'holding',
  step: 0,
  steps: [10, 50, 100],
  weight: 10,
  note: '17 of 95 requests on green',
  at: minutesAgo(1),
  ...more,
});

/** The `n`th release's part of the traffic. */
export const aShare = (n: number, percent: number, more: Partial<Share> = {}): Share => ({
  targetGroupArn: aServingDeployment(n).targetGroupArn,
  role: n === 1 ? 'current' : 'green',
  version: `${n}.0.0`,
  percent,
  healthy: 2,
  targets: 2,
  ...more,
});

/** What `kiln rollout status` knows of `hello` in prod. */
export const aStatus = (more: Partial<AppStatus> = {}): AppStatus => ({
  app: 'hello',
  environment: 'prod',
  url: 'http://prod',
  record: aServingRecord(),
  shares: [aShare(1, 100)],
  ...more,
});

/** A tested release. */
export const aTestedRelease = (n: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  releaseId: releaseIdOf(n),
  app: 'hello',
  version: `${n}.0.0`,
  bucket: 'bucket',
  key: `apps/hello/${n}.0.0.zip`,
  versionId: `v${n}`,
  droppedAt: minutesAgo(100 - n),
  status: 'live',
  updatedAt: minutesAgo(1),
  evidence: {} as Evidence,
  ...more,
});

/** An environment whose rules do not matter but for its approval. */
export const anEnvironment = (
  name: string,
  approval?: DeployedEnvironment['approval'],
): DeployedEnvironment =>
  ({ name, url: `http://${name}`, ...(approval === undefined ? {} : { approval }) }) as DeployedEnvironment;
