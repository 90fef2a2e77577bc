import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readEnvironmentsFile } from '#cli/environments-file';
import { approvalKey } from '#pipeline/approval/approval-record';
import { createDocumentStore } from '#pipeline/documents/document-store';
import type { DocumentStore } from '#pipeline/documents/document-store';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import { switchKey } from '#pipeline/environments/switched-off';
import { endedMachineKey } from '#pipeline/machine/ended-machine';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import {
  aLease,
  anApproval,
  aServingRecord,
  aTestedRelease,
  minutesAgo,
  releaseIdOf,
  someProgress,
} from '#test/helpers/cli-fixtures';
import { newKilnHome, removeKilnHome, runKilnProcess } from '#test/helpers/kiln-process';
import type { KilnResult } from '#test/helpers/kiln-process';
import { poll } from '#test/helpers/poll';
import { startTestCloud } from '#test/helpers/start-test-cloud';
import type { TestCloud } from '#test/helpers/start-test-cloud';

jest.setTimeout(60_000);

const BUCKET = 'kiln-commands';
const MACHINES = 'arn:aws:states:eu-central-1:000000000000:stateMachine';
const RULE =
  'arn:aws:elasticloadbalancing:eu-central-1:000000000000:listener-rule/app/kiln/0123456789abcdef/0123456789abcdef/0123456789abcdef';
const OUTPUTS = {
  BucketName: BUCKET,
  EventBusName: 'kiln',
  ReleaseStateMachineArn: `${MACHINES}:kiln-release`,
  RolloutStateMachineArn: `${MACHINES}:kiln-rollout`,
  RollbackStateMachineArn: `${MACHINES}:kiln-rollback`,
  RecycleStateMachineArn: `${MACHINES}:kiln-recycle`,
  KillStateMachineArn: `${MACHINES}:kiln-kill`,
  SwitchEnvironmentFunctionName: 'kiln-switchEnvironment',
  SlackInteractionUrl: 'http://slack',
};

/** Ended five minutes before the test, by this machine's clock. */
const ENDED: EndedMachine = {
  instanceId: 'i-0a',
  app: 'hello',
  environment: 'prod',
  version: '1.0.0',
  releaseId: releaseIdOf(1),
  zone: 'a',
  reason: 'dead-man',
  detail: 'said EC2',
  launchedAt: new Date(Date.now() - 65 * 60_000).toISOString(),
  endedAt: new Date(Date.now() - 5 * 60_000).toISOString(),
  ageSeconds: 3600,
  console: 'the end\n',
};

let cloud: TestCloud;
let home: string;
let documents: DocumentStore;

const deploy = async (): Promise<void> => {
  const formation = new CloudFormationClient(cloud.clientConfig);
  const Outputs = Object.fromEntries(Object.entries(OUTPUTS).map(([name, Value]) => [name, { Value }]));
  const template = {
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: BUCKET } },
      DeadLetterQueue: { Type: 'AWS::SQS::Queue' },
    },
    Outputs: { ...Outputs, DeadLetterQueueUrl: { Value: { Ref: 'DeadLetterQueue' } } },
  };
  await formation.send(new CreateStackCommand({ StackName: 'kiln', TemplateBody: JSON.stringify(template) }));
  await poll(
    async () => {
      const { Stacks } = await formation.send(new DescribeStacksCommand({ StackName: 'kiln' }));
      return Stacks?.[0]?.StackStatus === 'CREATE_COMPLETE' ? true : undefined;
    },
    20_000,
    () => 'the stack was not created',
  );
};

beforeAll(async () => {
  home = await newKilnHome();
  cloud = await startTestCloud();
  await deploy();
  documents = createDocumentStore(new S3Client(cloud.clientConfig), BUCKET);
  const environments = readEnvironmentsFile().environments.map((environment) => ({
    ...environment,
    listenerArn: 'arn:listener',
    url: `http://127.0.0.1:${environment.port}`,
  }));
  const pendingApproval = {
    approvalId: anApproval().approvalId,
    releaseId: releaseIdOf(2),
    droppedAt: minutesAgo(9),
    key: 'k',
  };
  const lease = aLease({
    executionArn: `${MACHINES.replace('stateMachine', 'execution')}:kiln-rollout:gone`,
  });
  const at = minutesAgo(3);
  const all: readonly (readonly [string, object])[] = [
    [ENVIRONMENTS_KEY, { environments }],
    [environmentKey('prod', 'hello'), aServingRecord({ pendingApproval, ruleArn: RULE })],
    [
      environmentKey('dev', 'hello'),
      aServingRecord({ environment: 'dev', lease, progress: someProgress(), ruleArn: RULE }),
    ],
    [approvalKey(anApproval()), { ...anApproval(), taskToken: 'secret' }],
    [releaseKey(aTestedRelease(1)), aTestedRelease(1, { environments: { prod: { status: 'live', at } } })],
    [
      releaseKey(aTestedRelease(2)),
      aTestedRelease(2, { status: 'awaiting-approval', environments: { dev: { status: 'live', at } } }),
    ],
    [endedMachineKey(ENDED), ENDED],
    [switchKey('dev'), { environment: 'dev', to: 'off', by: 'schedule', since: at }],
  ];
  for (const [key, document] of all) await documents.create(key, document);
});
afterAll(async () => {
  await cloud.stop();
  await removeKilnHome(home);
});

const kiln = (...args: string[]): Promise<KilnResult> =>
  runKilnProcess(args, { KILN_HOME: home, KILN_ENDPOINT: cloud.clientConfig.endpoint });

describe('kiln', () => {
  test.each([
    [
      ['env', 'list'],
      /^ENV +STATE +ROLLOUT +APPROVAL +UPTIME +CHAOS +ADDRESS +APPS\ndev +off, for .*hello 1\.0\.0\nprod +on/,
    ],
    [['env', 'show', 'prod'], /^prod\n {2}address .*\n[^]* {2}state +on\n\nhello in prod, http/],
    [['releases'], /^APP +VERSION +STATUS +DEV +PROD +AGE .*\nhello +2\.0\.0 +awaiting-approval +live +- /],
    [['releases', '--env', 'prod'], /^APP +VERSION +PROD +SINCE .*\nhello +1\.0\.0 +live .*\n$/],
    [
      ['approvals'],
      /^hello 2\.0\.0 for prod\n[^]*\n {2}decide +kiln approve hello --env prod, or kiln reject hello --env prod .*\n$/,
    ],
    [['approvals', '--all'], /^APP +VERSION +ENV +STATUS .*\nhello +2\.0\.0 +prod +pending/],
    [
      ['rollout', 'status', '--env', 'dev'],
      /^hello in dev, .*\n[^]*rollout +2\.0\.0, step 1 of 3[^]*holding +17/,
    ],
    [['ps', '--env', 'prod', '--json'], /^\[\]\n$/],
    [
      ['ps', '--ended', 'hello', '--env', 'prod'],
      /^MACHINE +APP +RELEASE +ENV +ZONE +REASON +AGE +ENDED\ni-0a +hello +1\.0\.0 +prod +a +dead-man +1h +5m ago\n$/,
    ],
    [['ps', '--ended', 'other', '--json'], /^\[\]\n$/],
  ])('%j shows what is there', async (args, text) => {
    const result = await kiln(...args);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(text);
  });

  test('ps --console shows what a machine that ended said last, and why it ended', async () => {
    const result = await kiln('ps', '--console', 'i-0a');
    expect(result).toMatchObject({ code: 0, stdout: 'the end\n' });
    expect(result.stderr).toMatch(
      /^i-0a, hello 1\.0\.0 in prod, ended 5m ago after 1h: dead-man\n {2}said EC2\n$/,
    );
    expect(JSON.parse((await kiln('ps', '--console', 'i-0a', '--json')).stdout)).toEqual(ENDED);
  });

  test.each([[['env', 'show', 'dev']], [['approvals']], [['rollout', 'status']]])(
    '%j --json is JSON without secrets',
    async (args) => {
      const { code, stdout } = await kiln('--json', ...args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).not.toEqual([]);
      expect(stdout).not.toContain('secret');
    },
  );

  test.each([
    [['approve', 'nothing'], "nothing of 'nothing' awaits approval"],
    [['reject', 'hello', '--env', 'qa'], "no environment 'qa', only: dev, prod"],
    [['promote', 'nothing'], "nothing of 'nothing' serves in 'dev'"],
    [['promote', 'hello', '--version', '2.0.0', '--env', 'prod'], 'hello 2.0.0 awaits approval'],
    [['rollback', 'hello', '--env', 'qa'], "no environment 'qa'"],
    [['ps', '--env', 'qa'], "no environment 'qa'"],
    [['ps', '--console', 'i-0b'], "no black box of a machine 'i-0b' in the last 30 days"],
    [['rollout', 'status', 'nothing'], "nothing of 'nothing' was ever rolled out"],
  ])('%j says what is wrong and what to try', async (args, message) => {
    const result = await kiln(...args);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^error: .*\ntry: .*\n$/);
    expect(result.stderr).toContain(message);
  });

  test('doctor finds what blocks an app: a lease of an execution that is gone, and a rule that is gone', async () => {
    const { code, stdout, stderr } = await kiln('doctor', '--json');
    const findings = JSON.parse(stdout) as { check: string; status: string; found: string }[];
    const blocked = findings.filter(({ status }) => status === 'blocked');
    expect(blocked.map(({ check, found }) => `${check}: ${found}`)).toEqual([
      expect.stringMatching(/^hello in dev: held .* by execution 'gone', which is no longer known$/),
      expect.stringMatching(/^hello in dev: 1\.0\.0 should serve, but its rule on the listener is gone$/),
      expect.stringMatching(
        /^hello in prod: 2\.0\.0 awaits approval, but its execution .* is no longer known$/,
      ),
      expect.stringMatching(/^hello in prod: .* rule on the listener is gone$/),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*blocked: hello in dev.*\ntry: .*kiln rollback hello --env dev/s);
  });

  test('D15: doctor tells of events that nothing took', async () => {
    const deadLetters = async () => {
      const { stdout } = await kiln('doctor', '--json');
      const findings = JSON.parse(stdout) as { check: string; status: string; found: string }[];
      return findings.find(({ check }) => check === 'dead letters');
    };
    expect(await deadLetters()).toMatchObject({ status: 'ok', found: 'none' });
    const sqs = new SQSClient(cloud.clientConfig);
    const { QueueUrls: [QueueUrl] = [] } = await sqs.send(new ListQueuesCommand({}));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    expect(await deadLetters()).toMatchObject({ status: 'note', found: '1 event that nothing took' });
  });
});
