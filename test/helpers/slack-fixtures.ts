import type { ApprovalRecord } from '#pipeline/approval/approval-record';
import type { Logger } from '#pipeline/log';
import type { EnvironmentRecord, ReleaseRecord } from '#pipeline/model';
import type { SlackSettings } from '#pipeline/slack/slack-settings';

/** Settings of a connected Slack. */
export const slackSettings: SlackSettings = {
  botToken: 'xoxb-test',
  signingSecrets: ['current-secret'],
  channel: 'C0RELEASES',
};

/** A pending approval of hello 2.0.0 for prod. */
export const anApproval = (patch: Partial<ApprovalRecord> = {}): ApprovalRecord => ({
  approvalId: '0123456789abcdef0123',
  app: 'hello',
  environment: 'prod',
  releaseId: 'hello-2.0.0-0123456789abcdef',
  version: '2.0.0',
  executionArn: 'arn:aws:states:eu-central-1:000000000000:execution:kiln-rollout:one',
  planDigest: 'fedcba9876543210',
  status: 'pending',
  rule: { approvers: 1, users: [], requesterMayApprove: true, expiryMinutes: 60 },
  requesters: ['jane@example.com'],
  requestedAt: '2026-01-01T00:01:00Z',
  expiresAt: '2026-01-01T01:01:00Z',
  updatedAt: '2026-01-01T00:01:00Z',
  evidence: {
    source: { commit: 'c0ffee0123456789', author: 'Jane', message: 'Serve faster\n\nmore' },
    replaces: { releaseId: 'hello-1.0.0-0123456789abcdef', version: '1.0.0' },
    imageId: 'ami-0123456789abcdef0',
    digest: 'sha256:0123456789abcdef0123456789abcdef',
    size: {
      contentBytes: 3 * 1024 * 1024,
      files: 12,
      contentBytesDelta: -1024 * 1024,
      filesDelta: 2,
      changedBlocks: 7,
    },
    bootSeconds: 1.23,
    smoke: [{ path: '/health', status: 200, milliseconds: 4.4 }],
    before: { environment: 'dev', requests: 2000, errors: 3 },
    changedParameters: ['LOG_LEVEL'],
  },
  decisions: [],
  refused: [],
  taskToken: 'secret-task-token',
  ...patch,
});

/** The release that asks. */
export const aReleaseRecord = (patch: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  releaseId: 'hello-2.0.0-0123456789abcdef',
  app: 'hello',
  version: '2.0.0',
  bucket: 'bucket',
  key: 'apps/hello/2.0.0.zip',
  versionId: 'v2',
  droppedAt: '2026-01-01T00:00:00Z',
  status: 'received',
  updatedAt: '2026-01-01T00:00:00Z',
  ...patch,
});

/** What serves it somewhere. */
export const anEnvironmentRecord = (patch: Partial<EnvironmentRecord> = {}): EnvironmentRecord => ({
  app: 'hello',
  environment: 'prod',
  updatedAt: '2026-01-01T00:00:00Z',
  ...patch,
});

/** A log that remembers its lines. */
export interface RecordingLog extends Logger {
  readonly lines: [message: string, fields: Record<string, unknown>][];
}

/** Makes an empty one. */
export const recordingLog = (): RecordingLog => {
  const lines: RecordingLog['lines'] = [];
  const write = (message: string, fields: Record<string, unknown> = {}): void => {
    lines.push([message, fields]);
  };
  return { lines, info: write, warn: write, error: write };
};
