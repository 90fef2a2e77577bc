import { chaosOff, defaultDisruption } from '#pipeline/environments/disruption-schema';
import type { Announce } from '#pipeline/announce';
import type { Logger } from '#pipeline/log';
import type { DeployedEnvironment } from '#pipeline/environments/environment';
import type {
  Deployment,
  EnvironmentRecord,
  Evidence,
  Image,
  Lease,
  Release,
  Replacement,
  Rollout,
  RolloutPlan,
} from '#pipeline/model';
import { deploymentNames } from '#pipeline/names';
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

/** What every app in dev is given. */
export const CONFIGURATION = { digest: 'c0ffee', parameters: {} };

/** The environment that a release enters first: everything at once, nothing judged. */
export const anEnvironment = (more: Partial<DeployedEnvironment> = {}): DeployedEnvironment => ({
  name: 'dev',
  port: 8080,
  capacity: { min: 2, desired: 2, max: 4 },
  rollout: {
    steps: [{ weight: 100, pauseSeconds: 0 }],
    settleSeconds: 2,
    deadlineSeconds: 600,
    alarms: { names: [], insufficientData: 'hold' },
  },
  warmBlueMinutes: 0,
  drainSeconds: 10,
  healthGraceSeconds: 120,
  uptimeGraceMinutes: 30,
  disruption: defaultDisruption,
  chaos: chaosOff,
  parameters: {},
  whileOff: 'wait',
  listenerArn: 'arn:aws:elasticloadbalancing:r:0:listener/app/kiln/1/2',
  url: 'http://balancer:8080',
  ...more,
});

/** The `n`th release's machines in dev. */
export const aDeployment = (n = 1, more: Partial<Deployment> = {}): Deployment => {
  const key = { releaseId: aRelease(n).releaseId, configurationDigest: CONFIGURATION.digest };
  const names = deploymentNames(STACK, 'hello', key, 'dev');
  return {
    releaseId: aRelease(n).releaseId,
    version: `${n}.0.0`,
    droppedAt: aRelease(n).droppedAt,
    imageId: `ami-${n}`,
    digest: `sha256:${n}`,
    configuration: CONFIGURATION,
    groupName: names.group,
    launchTemplateName: names.launchTemplate,
    targetGroupArn: targetGroupOf(n),
    ...more,
  };
};

/** The key of the `n`th release's machines. */
export const aKey = (n = 1) => ({
  releaseId: aRelease(n).releaseId,
  configurationDigest: CONFIGURATION.digest,
});

/** The lease of the rollout of the `n`th release. */
export const aLease = (n = 2, more: Partial<Lease> = {}): Lease => ({
  executionArn: `arn:execution/${n}`,
  ...aKey(n),
  since: '2026-01-01T00:00:00Z',
  trigger: 'drop',
  ...more,
});

/** The plan to roll out the `n`th release. */
export const aPlan = (n = 2, more: Partial<RolloutPlan> = {}): RolloutPlan => ({
  release: aRelease(n),
  image: anImage(n),
  environment: 'dev',
  executionArn: `arn:execution/${n}`,
  trigger: 'drop',
  configuration: CONFIGURATION,
  planDigest: 'plan',
  ...more,
});

/** The rollout of the second release over the first, or of the first over nothing. */
export const aRollout = (n: 1 | 2 = 2, more: Partial<Rollout> = {}): Rollout => ({
  ...aPlan(n),
  machines: 2,
  strategy: anEnvironment().rollout,
  warmBlueMinutes: 0,
  listenerArn: anEnvironment().listenerArn,
  green: aDeployment(n),
  previewRuleArn: 'arn:rule/preview',
  step: 0,
  ...(n === 2 ? { blue: aDeployment(1), ruleArn: 'arn:rule/app' } : {}),
  ...more,
});

/** One machine of the `n`th release on its way to be replaced, in a group that had so many. */
export const aReplacement = (n = 1, capacity = 2, more: Partial<Replacement> = {}): Replacement => ({
  executionArn: 'arn:execution/recycler',
  groupName: aDeployment(n).groupName,
  since: '2026-01-01T00:00:00Z',
  capacity,
  retire: [{ instanceId: 'i-1-0', zone: 'a' }],
  clientToken: 'token',
  mark: 1,
  ...more,
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
