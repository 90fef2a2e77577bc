import { setImmediate } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EBSClient } from '@aws-sdk/client-ebs';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import type { ApprovalDecided, ApprovalRecord } from '#pipeline/approval/approval-record';
import { approvalKey } from '#pipeline/approval/approval-record';
import { decideApproval } from '#pipeline/approval/decide-approval';
import type { DecideApprovalOutput } from '#pipeline/approval/decide-approval';
import { planDigest } from '#pipeline/approval/plan-digest';
import { requestApproval } from '#pipeline/approval/request-approval';
import { storeApproval } from '#pipeline/approval/store-approval';
import type { Clock } from '#pipeline/clock';
import type { ApprovalRule, DeployedEnvironment } from '#pipeline/environments/environment';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import type { Deployment, EnvironmentRecord, ReleaseRecord, RolloutPlan } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { configurationOf } from '#pipeline/rollout/configuration';
import { chaosOff, defaultDisruption } from '#pipeline/environments/disruption-schema';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { fakeExecutions } from './fake-executions.ts';
import { memoryDocuments } from './memory-documents.ts';
import { aDeployment, anImage, aRelease, quietLog, someEvidence } from './pipeline-fixtures.ts';

/** One approver, whoever it is, within an hour. */
export const aRule: ApprovalRule = {
  approvers: 1,
  users: [],
  requesterMayApprove: true,
  expiryMinutes: 60,
};

/** An environment with an approval. */
export const anEnvironment = (
  name: string,
  more: Partial<DeployedEnvironment> = {},
): DeployedEnvironment => ({
  name,
  port: 8080,
  capacity: { min: 2, desired: 2, max: 4 },
  rollout: {
    steps: [{ weight: 100, pauseSeconds: 0 }],
    settleSeconds: 2,
    deadlineSeconds: 600,
    alarms: { names: [], insufficientData: 'hold' },
  },
  approval: aRule,
  warmBlueMinutes: 0,
  drainSeconds: 10,
  healthGraceSeconds: 60,
  uptimeGraceMinutes: 30,
  disruption: defaultDisruption,
  chaos: chaosOff,
  parameters: {},
  whileOff: 'wait',
  listenerArn: `arn:aws:elasticloadbalancing:eu-central-1:000000000000:listener/app/kiln/lb-1/${name}`,
  url: `http://${name}`,
  ...more,
});

/** The `n`th release's machines, with these parameters. */
export const aServing = (n: number, parameters: Readonly<Record<string, string>> = {}): Deployment => ({
  ...aDeployment(n),
  configuration: configurationOf(parameters),
});

/** The document of the `n`th release. */
export const aReleaseRecord = (n: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  ...aRelease(n),
  status: 'rolling-out',
  updatedAt: '2026-01-01T00:00:00Z',
  image: anImage(n),
  evidence: someEvidence(n),
  ...more,
});

/** Where the document of `hello` in prod stands. */
export const PROD = environmentKey('prod', 'hello');

/** The rollout of the `n`th release. */
export const executionOf = (n: number): string => `arn:execution/${n}`;

/** Release 1 serves in prod; later ones ask to be let in, of fake executions unless `states` has real ones. */
export const approvalWorld = (more: Partial<DeployedEnvironment> = {}, states?: SFNClient) => {
  let now = Date.parse('2026-02-01T00:00:00Z');
  const clock: Clock = {
    now: () => new Date(now),
    delay: async (milliseconds) => {
      now += milliseconds;
      await setImmediate();
    },
  };
  const prod = anEnvironment('prod', more);
  const documents = memoryDocuments({
    [ENVIRONMENTS_KEY]: { updatedAt: '', environments: [anEnvironment('dev'), prod] },
    [PROD]: { app: 'hello', environment: 'prod', updatedAt: '', current: aServing(1) },
  });
  for (const n of [1, 2, 3, 4]) documents.all.set(releaseKey(aRelease(n)), aReleaseRecord(n));
  const news: [name: string, detail: Record<string, unknown>][] = [];
  const executions = fakeExecutions();
  const clients = {
    ebs: new EBSClient({ region: 'eu-central-1' }),
    cloudWatch: new CloudWatchClient({ region: 'eu-central-1' }),
  };
  const ebs = mockClient(clients.ebs);
  const cloudWatch = mockClient(clients.cloudWatch);
  const deps = {
    documents,
    clock,
    states: states ?? executions.client,
    announce: (name: string, detail: Record<string, unknown>) => {
      news.push([name, detail]);
      return Promise.resolve();
    },
    log: quietLog,
    ...clients,
  };
  const record = (): EnvironmentRecord => documents.all.get(PROD) as EnvironmentRecord;
  const environment = (): DeployedEnvironment => {
    const { environments } = documents.all.get(ENVIRONMENTS_KEY) as EnvironmentsDocument;
    return environments.find(({ name }) => name === 'prod') ?? prod;
  };

  const world = {
    deps,
    documents,
    executions,
    ebs,
    cloudWatch,
    news,
    names: () => news.map(([name]) => name),
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    record,
    approval: (approvalId: string) =>
      documents.all.get(approvalKey({ app: 'hello', approvalId })) as ApprovalRecord,
    /** Prod is deployed with other settings. */
    redeploy: (changed: Partial<DeployedEnvironment>) => {
      const environments = [anEnvironment('dev'), { ...environment(), ...changed }];
      documents.all.set(ENVIRONMENTS_KEY, { updatedAt: '', environments });
    },
    plan: (n: number, changed: Partial<RolloutPlan> = {}): RolloutPlan => {
      const unsigned = {
        release: aRelease(n),
        image: anImage(n),
        environment: 'prod',
        executionArn: executionOf(n),
        trigger: 'drop' as const,
        configuration: configurationOf(environment().parameters),
        ...changed,
      };
      return { ...unsigned, planDigest: planDigest(unsigned, environment(), record().current) };
    },
    /** The execution of release `n`, which runs, asks. */
    request: (n: number, changed: Partial<RolloutPlan> = {}) => {
      const plan = world.plan(n, changed);
      executions.starts(plan.executionArn);
      return requestApproval(
        {
          plan,
          environment: environment(),
          release: documents.all.get(releaseKey(aRelease(n))) as ReleaseRecord,
          current: record().current,
        },
        deps,
      );
    },
    /** The event with the token of the execution that waits. */
    store: (n: number, approvalId: string, taskToken = `token-${n}`, time = '2026-02-01T00:00:01Z') =>
      storeApproval(
        {
          approvalId,
          app: 'hello',
          environment: 'prod',
          releaseId: aRelease(n).releaseId,
          taskToken,
          time,
        },
        deps,
      ),
    /** Release `n` asks and its execution waits; gives the approval's id. */
    ask: async (n: number, changed: Partial<RolloutPlan> = {}): Promise<string> => {
      const { approvalId } = await world.request(n, changed);
      executions.waits(executionOf(n), `token-${n}`);
      await world.store(n, approvalId);
      return approvalId;
    },
    decide: (
      approvalId: string,
      decision: 'approve' | 'reject' = 'approve',
      user = 'U1',
      changed: Partial<ApprovalDecided> = {},
    ): Promise<DecideApprovalOutput> =>
      decideApproval(
        {
          approvalId,
          app: 'hello',
          planDigest: world.approval(approvalId)?.planDigest ?? '',
          decision,
          user,
          via: 'slack',
          ...changed,
        },
        deps,
      ),
  };
  return world;
};
