import type { Announce } from '#pipeline/announce';
import type { Logger } from '#pipeline/log';
import type { Deployment, EnvironmentRecord, Evidence, Image, Release, Rollout } from '#pipeline/model';
import { namesFor } from '#pipeline/names';
import type { Placement } from '#pipeline/placement';

/** Name of the stack in these tests. */
export const STACK = 'kiln';

/** The first drop of `hello`; `n` makes it a later one. */
export const aRelease = (n = 1): Release => ({
  releaseId: `hello-${n}.0.0-000000000000000${n}`,
  app: 'hello',
  version: `${n}.0.0`,
  bucket: 'bucket',
  key: `apps/hello/${n}.0.0.zip`,
  versionId: `v${n}`,
  droppedAt: `2026-01-0${n}T00:00:00Z`,
});

/** The image of the `n`th release. */
export const anImage = (n = 1, more: Partial<Image> = {}): Image => ({
  imageId: `ami-${n}`,
  snapshotId: `snap-${n}`,
  digest: `sha256:${n}`,
  baseDigest: 'sha256:base',
  port: 8080,
  healthPath: '/health',
  smokeRequests: [],
  memoryMiB: 512,
  startSeconds: 120,
  bake: { artifactBytes: 1, artifactSha256: 'a', files: 1, contentBytes: 1, blocksUploaded: 1, seconds: 1 },
  ...more,
});

/** What the smoke test of the `n`th release saw. */
export const someEvidence = (n = 1): Evidence => ({
  digest: `sha256:${n}`,
  instanceId: `i-${n}`,
  bootSeconds: 3,
  requests: [],
  consoleTail: '',
});

/** ARN of the target group of the `n`th release. */
export const targetGroupOf = (n: number): string => `arn:tg/${n}`;

/** The `n`th release's machines in dev. */
export const aDeployment = (n = 1): Deployment => {
  const names = namesFor(STACK, aRelease(n), 'dev');
  return {
    releaseId: aRelease(n).releaseId,
    version: `${n}.0.0`,
    droppedAt: aRelease(n).droppedAt,
    imageId: `ami-${n}`,
    digest: `sha256:${n}`,
    groupName: names.group,
    launchTemplateName: names.launchTemplate,
    targetGroupArn: targetGroupOf(n),
  };
};

/** The rollout of the second release over the first, or of the first over nothing. */
export const aRollout = (n: 1 | 2 = 2): Rollout => ({
  release: aRelease(n),
  environment: 'dev',
  executionArn: `arn:execution/${n}`,
  machines: 2,
  settleSeconds: 2,
  green: aDeployment(n),
  previewRuleArn: 'arn:rule/preview',
  ...(n === 2 ? { blue: aDeployment(1), ruleArn: 'arn:rule/app' } : {}),
});

/** Where the document of `hello` in dev stands. */
export const DEV = 'kiln/environments/dev/hello.json';

/** The document of `hello` in dev. */
export const aRecord = (more: Partial<EnvironmentRecord> = {}): EnvironmentRecord => ({
  app: 'hello',
  environment: 'dev',
  updatedAt: '2026-01-01T00:00:00Z',
  ...more,
});

/** Two zones. */
export const placement: Placement = {
  vpcId: 'vpc-1',
  subnetIds: ['subnet-a', 'subnet-b'],
  securityGroupId: 'sg-1',
  listenerArn: 'arn:listener',
  listenerUrl: 'http://balancer',
};

/** Remembers what was announced. */
export const announcements = (): { readonly names: string[]; readonly announce: Announce } => {
  const names: string[] = [];
  return {
    names,
    announce: (name) => {
      names.push(name);
      return Promise.resolve();
    },
  };
};

/** Logs nowhere. */
export const quietLog: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
