import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRoleStore } from '#localcloud/policies/role-store';
import { unusedGrants } from '#localcloud/policies/unused-grants';
import { approvalKey } from '#pipeline/approval/approval-record';
import type { ApprovalRecord } from '#pipeline/approval/approval-record';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosRecord } from '#pipeline/chaos/chaos-record';
import { startExecution } from '#cli/rollouts/start-execution';
import { connectFakeSlack, SIGNING_SECRET } from '#test/helpers/connect-fake-slack';
import { dueNow } from '#test/helpers/due-now';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeSlack } from '#test/helpers/fake-slack';
import { EXPLAINED_GRANTS } from '#test/helpers/explained-grants';
import { fireSchedules } from '#test/helpers/fire-schedules';
import { lightGroup } from '#test/helpers/light-group';
import type { LightGroup } from '#test/helpers/light-group';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { appOf, dropAndWatch } from '#test/helpers/release';
import { signedClick } from '#test/helpers/signed-click';
import { startTraffic } from '#test/helpers/traffic';

const MINUTE = 60_000;

const ENVIRONMENTS = `
environments:
  - name: dev
    zones: [a, b]
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    approval: 1
    rollout:
      steps: [{ weight: 50, pauseSeconds: 0 }, { weight: 100, pauseSeconds: 0 }]
      canaryMachines: 1
      settleSeconds: 0
      deadlineSeconds: 60
      judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.3 }
      alarms: { names: [pager], insufficientData: ignore }
    drainSeconds: 1
    warmBlueMinutes: 10
    chaos: { meanDays: 1, minimumGapHours: 0, weekdays: [MON, TUE, WED, THU, FRI, SAT, SUN] }
`;

let kiln: LightKiln;
let slack: FakeSlack;

beforeAll(async () => {
  slack = await startFakeSlack();
  kiln = await startLightKiln(ENVIRONMENTS);
  await connectFakeSlack(slack, kiln);
  await kiln.connection.cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'pager',
      Namespace: 'test',
      MetricName: 'pages',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
}, 5 * MINUTE);

afterAll(async () => {
  await kiln?.stop();
  await slack?.stop();
}, MINUTE);

/** Used only when something took longer than one look, or came in another order; either way the grant is needed. */
const DEPENDS_ON_SPEED = new Set([
  'WaitForHealthyTargets autoscaling:DescribeScalingActivities',
  // When the replacements were seen healthy longer ago than a moment.
  'RetireInstances elasticloadbalancing:DescribeTargetHealth',
  // Of machines whose group is still there.
  'RecordEndedMachine autoscaling:DescribeScalingActivities',
]);

/** What each role of the stack may do and never did; the permission to log, which is AWS's own policy, left out. */
const readUnused = (): Record<string, string[]> => {
  const { store } = kiln.cloud.context;
  const names = openRoleStore(store)
    .roles.list()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('kiln-'));
  const unused = names.map((name): [string, string[]] => {
    const role = /^kiln-(\w+?)Role/.exec(name)?.[1] ?? name;
    const actions = unusedGrants(store, name)
      .filter(
        ({ policy, action }) => !policy.startsWith('arn:') && !DEPENDS_ON_SPEED.has(`${role} ${action}`),
      )
      .map(({ action }) => action);
    return [role, [...new Set(actions)].toSorted()];
  });
  return Object.fromEntries(unused.filter(([, actions]) => actions.length > 0));
};

/** Somebody clicks Approve on the message that asks for the version. */
const approve = async (version: string): Promise<void> => {
  const message = await kiln.waitFor(`nobody was asked for ${version}`, async () =>
    slack
      .messages()
      .find(
        ({ blocks }) =>
          blocks.some(({ type }) => type === 'actions') && JSON.stringify(blocks).includes(version),
      ),
  );
  // Whoever is faster than the token has it told by another function.
  await kiln.waitFor(`no token to approve ${version}`, async () => {
    const { pendingApproval } = await kiln.record('hello', 'prod');
    if (pendingApproval === undefined) return undefined;
    const key = approvalKey({ app: 'hello', approvalId: pendingApproval.approvalId });
    return (await kiln.documents.read<ApprovalRecord>(key))?.taskToken;
  });
  const user = { id: 'U0ANN', name: 'ann' };
  const url = kiln.stack.slackInteractionUrl;
  await signedClick({ message, action: 'approve', user, url, signingSecret: SIGNING_SECRET });
};

const release = async (version: string): Promise<void> => {
  await dropAndWatch(kiln, `apps/hello/${version}.zip`, appOf(`// ${version}`));
  await approve(version);
  await kiln.waitFor(`${version} does not serve in prod`, async () =>
    (await kiln.record('hello', 'prod')).current?.version === version ? true : undefined,
  );
};

const retired = (environment: string): Promise<true> =>
  kiln.waitFor(`machines are left in ${environment}`, async () =>
    (await kiln.record('hello', environment)).retiring === undefined ? true : undefined,
  );

/** All of a group's machines are replaced; who would do so too meanwhile is refused. */
const recycle = async (group: LightGroup): Promise<void> => {
  const old = await group.ids();
  const [replacement = ''] = await group.recycle();
  await kiln.waitForState(replacement, 'WaitForReplacements');
  const refused = await kiln.ended(await group.replaceAgain(replacement));
  expect(refused.error).toBe('RolloutInProgress');
  await kiln.succeeded(replacement);
  for (const id of old) expect(await group.blackBox(id)).toMatchObject({ reason: 'age' });
};

/** Chaos does what it is due to do: on the leash, then off it. */
const unleash = async (environment: string): Promise<ChaosRecord> => {
  const readChaos = (): Promise<ChaosRecord | undefined> => kiln.documents.read(chaosKey(environment));
  const chaos = dueNow(kiln.environment(environment));
  await kiln.change(environment, { chaos });
  await fireSchedules(kiln);
  await kiln.waitFor('nothing is held on the leash', async () => (await readChaos())?.leashed?.at(0));
  await kiln.documents.update<ChaosRecord>(chaosKey(environment), (found) =>
    found === undefined ? undefined : { ...found, leashed: [] },
  );
  await kiln.change(environment, { chaos: { ...chaos, leashed: false } });
  await fireSchedules(kiln);
  return kiln.waitFor('nothing is killed', async () => {
    const found = await readChaos();
    return found?.kills.length === 0 ? undefined : found;
  });
};

/** A machine is killed and its group recovers; a drill meanwhile is refused. */
const kill = async (environment: string, group: LightGroup): Promise<void> => {
  const { kills } = await unleash(environment);
  const input = { app: 'hello', environment, trigger: 'drill', by: 'ann' };
  const stateMachineArn = kiln.stack.killStateMachineArn;
  const drill = await startExecution({ stateMachineArn, kind: 'drill', input }, kiln.connection);
  expect((await kiln.ended(drill)).error).toBe('ChaosRefused');
  for (const { instanceId } of kills)
    expect(await group.blackBox(instanceId)).toMatchObject({ reason: 'chaos' });
  await kiln.waitFor('nobody is told in Slack', async () =>
    slack.messages().find(({ blocks }) => JSON.stringify(blocks).includes('the group was whole again after')),
  );
};

test(
  'I17: every permission is used on the way of a few releases, or there is a reason for it',
  async () => {
    await release('1.0.0');
    const traffic = startTraffic(kiln.environment('prod').url, { perSecond: 40, connections: 8 });
    await release('2.0.0');
    await dropAndWatch(kiln, 'apps/hello/3.0.0.zip', Buffer.from('no archive'));
    // A flip back; then one under way is undone; then, with nothing warm, a rollout back.
    await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
    await retired('prod');
    await dropAndWatch(kiln, 'apps/hello/4.0.0.zip', appOf('// 4.0.0'));
    await approve('4.0.0');
    const lease = async (): Promise<string> => (await kiln.record('hello', 'prod')).lease?.releaseId ?? '';
    await kiln.waitFor('nothing is judged in prod', async () =>
      (await kiln.record('hello', 'prod')).progress?.phase === 'judging' ||
      (await kiln.record('hello', 'prod')).progress?.phase === 'holding'
        ? true
        : undefined,
    );
    await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
    await kiln.waitFor('4.0.0 is not undone', async () => ((await lease()) === '' ? true : undefined));
    await kiln.succeeded(await kiln.rollBack('hello', 'dev'));
    await retired('dev');
    const prod = lightGroup(kiln, 'prod');
    await prod.atRest(2);
    await recycle(prod);
    await prod.atRest(2);
    await kill('prod', prod);
    await prod.atRest(2);
    for (const to of ['off', 'on'])
      await kiln.connection.lambda.send(
        new InvokeCommand({
          FunctionName: kiln.stack.switchEnvironmentFunctionName,
          Payload: Buffer.from(JSON.stringify({ environment: 'dev', to, by: 'ann' })),
        }),
      );
    await traffic.stop();
    const explained = Object.entries(EXPLAINED_GRANTS).map(([role, actions]) => [role, Object.keys(actions)]);
    expect(readUnused()).toEqual(Object.fromEntries(explained));
  },
  10 * MINUTE,
);
