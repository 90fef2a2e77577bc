import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decide } from '#cli/approvals/decide';
import { readApproval } from '#cli/approvals/read-approvals';
import type { ShownApproval } from '#cli/approvals/read-approvals';
import { expectAtRest } from '#test/helpers/at-rest';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
const ENVIRONMENTS = `
environments:
  - name: dev
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    rollout:
      steps:
        - { weight: 40, pauseSeconds: 0 }
        - { weight: 100, pauseSeconds: 0 }
      settleSeconds: 1
      deadlineSeconds: 30
      judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.3 }
    drainSeconds: 1
    warmBlueMinutes: 0
`;
const STATES = ['StartRollout', 'WaitForHealthyTargets', 'ShiftTraffic', 'SettleTraffic', 'JudgeStep'];
const DEV = { app: 'hello', environment: 'dev', version: '3.0.0' };

let kiln: LightKiln;
let traffic: Traffic;

const serves = (version: string) => [DEV, { app: 'hello', environment: 'prod', version }];

/** Another one than serves, so that every case has something to do. */
const nextVersion = async (): Promise<[now: string, next: string, other: string]> => {
  const now = (await kiln.record('hello', 'prod')).current?.version ?? '';
  const [next = '', other = ''] = ['1.0.0', '2.0.0', '3.0.0'].filter((version) => version !== now);
  return [now, next, other];
};

/** FinishRollout's last change, after which it only records that the release is live, takes eight seconds. */
const delayEnd = (): void => {
  kiln.cloud.faults.set({
    rules: [{ service: 'elasticloadbalancing', action: 'DeleteRule', do: { delayMs: 8000 } }],
  });
};

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  await kiln.bake('hello', ['1.0.0', '2.0.0', '3.0.0']);
  await kiln.succeeded(await kiln.promote('hello', '1.0.0', 'prod'));
  await expectAtRest(kiln, serves('1.0.0'));
  traffic = startTraffic(kiln.environment('prod').url, { perSecond: 60, connections: 10 });
}, 3 * MINUTE);

afterAll(async () => {
  await traffic?.stop();
  await kiln?.stop();
}, MINUTE);

describe('a rollout that is stopped', () => {
  test.each([...STATES, 'FinishRollout'])(
    'R16 in %s: what served serves on with its full capacity, and the next rollout cleans up',
    async (state) => {
      const [now, next, other] = await nextVersion();
      // The last state might be over before it is stopped.
      delayEnd();
      const killed = await kiln.promote('hello', next, 'prod');
      await kiln.waitForState(killed, state);
      await kiln.stopExecution(killed);
      kiln.cloud.faults.clear();
      expect((await kiln.running('hello', 'prod'))[now]).toBe(2);
      await kiln.succeeded(await kiln.promote('hello', other, 'prod'));
      await expectAtRest(kiln, serves(other));
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );
});

describe('a rollout that is stopped while people decide', () => {
  /** What the rollout asks for, once a decision can reach it. */
  const askedFor = (executionArn: string): Promise<ShownApproval> =>
    kiln.waitFor('nobody is asked', async () => {
      const approvalId = (await kiln.record('hello', 'prod')).pendingApproval?.approvalId;
      if (approvalId === undefined) return undefined;
      const found = await readApproval({ app: 'hello', approvalId }, kiln);
      return found?.executionArn === executionArn ? found : undefined;
    });

  const approve = async (approval: ShownApproval): Promise<unknown> => {
    const signal = AbortSignal.timeout(MINUTE);
    return (await decide({ approval, decision: 'approve', user: 'ann' }, { ...kiln, signal })).outcome;
  };

  afterAll(() => kiln.restore('prod'));

  test(
    'R16 in RequestApproval: a late yes starts nothing, and the next rollout asks for itself',
    async () => {
      const [now, next, other] = await nextVersion();
      const approval = { approvers: 1, users: [], requesterMayApprove: true, expiryMinutes: 60 };
      await kiln.change('prod', { approval });
      const stopped = await kiln.promote('hello', next, 'prod');
      await kiln.waitForState(stopped, 'RequestApproval');
      const asked = await askedFor(stopped);
      await kiln.stopExecution(stopped);
      expect(await approve(asked)).not.toMatchObject({ kind: 'counted' });
      await expectAtRest(kiln, serves(now));

      const rollout = await kiln.promote('hello', other, 'prod');
      expect(await approve(await askedFor(rollout))).toEqual({ kind: 'counted', final: true });
      await kiln.succeeded(rollout);
      await expectAtRest(kiln, serves(other));
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );
});

describe('kiln rollback', () => {
  test.each(STATES)(
    'R04 in %s undoes the rollout under way: blue has all of the traffic and green is gone',
    async (state) => {
      const [now, next] = await nextVersion();
      const rollout = await kiln.promote('hello', next, 'prod');
      await kiln.waitForState(rollout, state);
      await kiln.waitFor('the rollout has no lease', async () =>
        (await kiln.record('hello', 'prod')).lease?.executionArn === rollout ? true : undefined,
      );
      const { output } = await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
      expect(JSON.parse(output)).toMatchObject({ kind: 'abort' });
      expect(await kiln.ended(rollout)).toMatchObject({ status: 'FAILED', error: 'RolloutAborted' });
      await expectAtRest(kiln, serves(now));
      expect(await kiln.statusIn('hello', next, 'prod')).toMatchObject({ status: 'rolled-back' });
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );

  test(
    'R04 in FinishRollout when blue is out of the rule already: no request finds blue unprepared',
    async () => {
      const [now, next] = await nextVersion();
      delayEnd();
      const rollout = await kiln.promote('hello', next, 'prod');
      await kiln.waitForState(rollout, 'FinishRollout');
      await kiln.waitFor('blue is still in the rule', async () =>
        now in (await kiln.weights('hello', 'prod')) ? undefined : true,
      );
      const { output } = await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
      kiln.cloud.faults.clear();
      expect(JSON.parse(output)).toMatchObject({ kind: 'abort' });
      expect(await kiln.ended(rollout)).toMatchObject({ status: 'FAILED', error: 'RolloutAborted' });
      await expectAtRest(kiln, serves(now));
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );

  test(
    'R04 in FinishRollout goes back, whether the rollout is still under way or has just ended',
    async () => {
      const [now, next] = await nextVersion();
      const rollout = await kiln.promote('hello', next, 'prod');
      await kiln.waitForState(rollout, 'FinishRollout');
      const { output } = await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
      expect(JSON.parse(output)).toMatchObject({ to: kiln.releaseOf('hello', now).releaseId });
      await expectAtRest(kiln, serves(now));
      expect(await kiln.statusIn('hello', next, 'prod')).toMatchObject({ status: 'rolled-back' });
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );
});
