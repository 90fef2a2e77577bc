import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRoleStore } from '#localcloud/policies/role-store';
import { unusedGrants } from '#localcloud/policies/unused-grants';
import { approvalKey } from '#pipeline/approval/approval-record';
import type { ApprovalRecord } from '#pipeline/approval/approval-record';
import { connectFakeSlack, SIGNING_SECRET } from '#test/helpers/connect-fake-slack';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeSlack } from '#test/helpers/fake-slack';
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

const WITH_OTHER_CALL = 'AWS checks it together with another call, the local cloud does not';
const KILLED = 'only after a rollout that was killed';
const HELD = 'only while another execution holds the lease';
const SWITCHED = 'only when the environment was switched off or resized meanwhile';
const SMOKE = 'only after a smoke test that failed or was killed';
const UNSURE = 'only when the answer to a task token was lost';
const SUPERSEDED = 'only when an older release still waits for its approval';
const FASTER = 'only when people were faster than the task token';

/** Permissions that the journey below does not use, and why they are there. */
const EXPLAINED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  BakeImage: {
    'ec2:DeleteSnapshot': 'only when two releases of the same content are baked at once',
  },
  DecideApproval: {
    's3:ListBucket': 'only for an approval that does not exist',
    'states:DescribeExecution': FASTER,
    'states:GetExecutionHistory': UNSURE,
    'states:SendTaskFailure': 'only when people reject',
  },
  FinishRollout: {
    'autoscaling:UpdateAutoScalingGroup': SWITCHED,
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
    'states:DescribeExecution': SWITCHED,
  },
  FlipTraffic: {
    'autoscaling:SetDesiredCapacity': 'only when somebody scaled the warm machines down',
    'states:DescribeExecution': HELD,
  },
  PlanRollback: {
    's3:ListBucket': 'only for an app that was never there',
  },
  PlanRollout: {
    'events:PutEvents': SUPERSEDED,
    'states:DescribeExecution': SUPERSEDED,
    'states:GetExecutionHistory': SUPERSEDED,
    'states:SendTaskFailure': SUPERSEDED,
    'states:SendTaskSuccess': SUPERSEDED,
  },
  ReceiveArtifact: {
    's3:GetObject': 'only when a drop is delivered twice',
    's3:ListBucket': 'only when the artifact is gone: 404 instead of 403',
  },
  RejectRelease: {
    'ec2:DeleteSnapshot': SMOKE,
    'ec2:DeregisterImage': SMOKE,
    'ec2:TerminateInstances': SMOKE,
    'elasticloadbalancing:DeleteRule': SMOKE,
    'elasticloadbalancing:DeleteTargetGroup': SMOKE,
    's3:ListBucket': 'only when the release has no document yet',
  },
  ReleaseStateMachine: {
    'states:StopExecution': 'only when the release is stopped',
  },
  RetireDeployment: {
    'elasticloadbalancing:DeleteRule': 'only when machines were warm until the end',
    'elasticloadbalancing:ModifyRule': KILLED,
    'states:DescribeExecution': HELD,
  },
  RollBack: {
    'autoscaling:UpdateAutoScalingGroup': SWITCHED,
    'states:DescribeExecution': SWITCHED,
  },
  RollbackStateMachine: {
    'states:StopExecution': 'only when the rollback is stopped',
  },
  ShiftTraffic: {
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
  },
  SmokeTestImage: {
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
  },
  StartRollout: {
    'autoscaling:CreateOrUpdateTags': WITH_OTHER_CALL,
    'autoscaling:DeleteAutoScalingGroup': KILLED,
    'autoscaling:DetachLoadBalancerTargetGroups': KILLED,
    'ec2:DeleteLaunchTemplate': KILLED,
    'ec2:RunInstances': WITH_OTHER_CALL,
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
    'elasticloadbalancing:DeleteRule': KILLED,
    'elasticloadbalancing:DeleteTargetGroup': KILLED,
    'elasticloadbalancing:DescribeTargetGroups': KILLED,
    'elasticloadbalancing:DescribeTargetHealth': KILLED,
    'elasticloadbalancing:ModifyRule': KILLED,
    'states:DescribeExecution': HELD,
  },
  StoreApproval: {
    'events:PutEvents': FASTER,
    's3:ListBucket': 'only for an approval that does not exist',
    'states:DescribeExecution': FASTER,
    'states:GetExecutionHistory': FASTER,
    'states:SendTaskFailure': FASTER,
    'states:SendTaskSuccess': FASTER,
  },
  SwitchEnvironment: {
    'states:DescribeExecution': HELD,
  },
};

/** Used only when something took longer than one look, or came in another order; either way the grant is needed. */
const DEPENDS_ON_SPEED = new Set(['WaitForHealthyTargets autoscaling:DescribeScalingActivities']);

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
    for (const to of ['off', 'on'])
      await kiln.connection.lambda.send(
        new InvokeCommand({
          FunctionName: kiln.stack.switchEnvironmentFunctionName,
          Payload: Buffer.from(JSON.stringify({ environment: 'dev', to, by: 'ann' })),
        }),
      );
    await traffic.stop();
    const explained = Object.entries(EXPLAINED).map(([role, actions]) => [role, Object.keys(actions)]);
    expect(readUnused()).toEqual(Object.fromEntries(explained));
  },
  10 * MINUTE,
);
