import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRoleStore } from '#localcloud/policies/role-store';
import { unusedGrants } from '#localcloud/policies/unused-grants';
import type { EnvironmentRecord } from '#pipeline/model';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { poll } from '#test/helpers/poll';
import { appOf, dropAndWatch, helloNode } from '#test/helpers/release';
import { startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';

const MINUTE = 60_000;

let kiln: RunningKiln;

beforeAll(async () => {
  kiln = await startKiln();
}, 5 * MINUTE);

afterAll(async () => {
  await kiln?.stop();
}, MINUTE);

const ON_FAILURE = 'only after a failure';
const WITH_OTHER_CALL = 'AWS checks it together with another call, the local cloud does not';
const KILLED = 'only after a rollout that was killed';

/** Permissions that two good releases and a rejected one do not use, and why they are there. */
const EXPLAINED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  BakeImage: {
    'ec2:DeleteSnapshot': 'only when two releases of the same content are baked at once',
  },
  ReceiveArtifact: {
    's3:GetObject': 'only when a drop is delivered twice',
    's3:ListBucket': 'only when the artifact is gone: 404 instead of 403',
  },
  RejectRelease: {
    'ec2:TerminateInstances': 'only when the smoke test was killed',
    'elasticloadbalancing:DeleteRule': 'only when the smoke test was killed',
    'elasticloadbalancing:DeleteTargetGroup': 'only when the smoke test was killed',
    's3:ListBucket': 'only when the release has no document yet',
  },
  ReleaseStateMachine: { 'states:StopExecution': 'only when the release is stopped' },
  RollBack: {
    'autoscaling:DeleteAutoScalingGroup': ON_FAILURE,
    'autoscaling:DescribeAutoScalingGroups': ON_FAILURE,
    'autoscaling:DetachLoadBalancerTargetGroups': ON_FAILURE,
    'ec2:DeleteLaunchTemplate': ON_FAILURE,
    'elasticloadbalancing:DeleteRule': ON_FAILURE,
    'elasticloadbalancing:DeleteTargetGroup': ON_FAILURE,
    'elasticloadbalancing:DescribeRules': ON_FAILURE,
    'elasticloadbalancing:DescribeTargetGroups': ON_FAILURE,
    'elasticloadbalancing:DescribeTargetHealth': ON_FAILURE,
    'elasticloadbalancing:ModifyRule': ON_FAILURE,
    'events:PutEvents': ON_FAILURE,
    's3:GetObject': ON_FAILURE,
    's3:ListBucket': ON_FAILURE,
    's3:PutObject': ON_FAILURE,
  },
  ShiftTraffic: { 'elasticloadbalancing:AddTags': WITH_OTHER_CALL },
  SmokeTestImage: { 'elasticloadbalancing:AddTags': WITH_OTHER_CALL },
  StartRollout: {
    'autoscaling:CreateOrUpdateTags': WITH_OTHER_CALL,
    'autoscaling:DeleteAutoScalingGroup': KILLED,
    'autoscaling:DetachLoadBalancerTargetGroups': KILLED,
    'ec2:DeleteLaunchTemplate': KILLED,
    'ec2:RunInstances': WITH_OTHER_CALL,
    'elasticloadbalancing:AddTags': WITH_OTHER_CALL,
    'elasticloadbalancing:DeleteRule': KILLED,
    'elasticloadbalancing:DeleteTargetGroup': KILLED,
    'elasticloadbalancing:DescribeTargetHealth': KILLED,
    'elasticloadbalancing:ModifyRule': KILLED,
    'states:DescribeExecution': 'only while another rollout holds the lease',
  },
};

/** Used only when the machines of this run took longer than one look; either way the grant is needed. */
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

test(
  'I17: every permission is used by a release, or there is a reason for it',
  async () => {
    await dropAndWatch(kiln, 'apps/hello/1.0.0.zip', await helloNode());
    await dropAndWatch(kiln, 'apps/hello/2.0.0.zip', appOf("throw new Error('not today');"));
    const { record } = await dropAndWatch(kiln, 'apps/hello/3.0.0.zip', await helloNode());
    expect(record.status).toBe('live');
    await poll(
      async () => {
        const environment = await kiln.documents.read<EnvironmentRecord>(environmentKey('dev', 'hello'));
        return environment?.lease === undefined ? true : undefined;
      },
      2 * MINUTE,
      () => 'blue is not retired',
    );
    const explained = Object.entries(EXPLAINED).map(([role, actions]) => [role, Object.keys(actions)]);
    expect(readUnused()).toEqual(Object.fromEntries(explained));
  },
  10 * MINUTE,
);
