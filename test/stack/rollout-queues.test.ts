import type { StateValue } from '@aws-sdk/client-cloudwatch';
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeploymentKey, EnvironmentRecord, ReleaseRecord } from '#pipeline/model';
import { releaseKey } from '#pipeline/release/release-record';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { setWeights } from '#pipeline/traffic/app-rule';
import { askHost } from '#test/helpers/ask-host';
import { expectAtRest } from '#test/helpers/at-rest';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { appOf, drop } from '#test/helpers/release';
import { createTestAlarm } from '#test/helpers/test-alarm';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
const ALARM = 'hold';
const ENVIRONMENTS = `
environments:
  - name: dev
    rollout:
      steps: [{ weight: 50, pauseSeconds: 0 }, { weight: 100, pauseSeconds: 0 }]
      settleSeconds: 0
      alarms: { names: [${ALARM}], insufficientData: hold }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    rollout:
      steps: [{ weight: 50, pauseSeconds: 1 }, { weight: 100, pauseSeconds: 0 }]
      settleSeconds: 1
    drainSeconds: 1
    warmBlueMinutes: 0
`;
const HELLO_DEV = { app: 'hello', environment: 'dev', version: '4.0.0' };

let kiln: LightKiln;
let traffic: Traffic;
let setAlarm: (state: StateValue) => Promise<void>;

const rulesOf = async (environment: string): Promise<string[]> => {
  const { Rules = [] } = await kiln.connection.balancing.send(
    new DescribeRulesCommand({ ListenerArn: kiln.environment(environment).listenerArn }),
  );
  return Rules.map(({ RuleArn = '' }) => RuleArn);
};

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  setAlarm = await createTestAlarm(ALARM, kiln.connection.cloudWatch);
  await setAlarm('OK');
}, 3 * MINUTE);

afterAll(async () => {
  await traffic?.stop();
  await kiln?.stop();
}, MINUTE);

describe('drops while a rollout is under way', () => {
  test(
    'R12 wait: the newest is rolled out next, the others end as superseded',
    async () => {
      await kiln.bake('hello', ['1.0.0']);
      traffic = startTraffic(kiln.environment('dev').url, { perSecond: 20, connections: 5 });
      await setAlarm('INSUFFICIENT_DATA');
      await kiln.inFirstEnvironment(async () => {
        const dropped = [];
        for (const version of ['2.0.0', '3.0.0', '3.1.0', '4.0.0']) {
          const release = await drop(kiln, `apps/hello/${version}.zip`, appOf(version));
          dropped.push(release);
          await kiln.waitFor(`${version} neither runs nor waits`, async () => {
            const { lease, waiting } = await kiln.record('hello', 'dev');
            return [lease?.releaseId, waiting?.releaseId].includes(release.releaseId) ? true : undefined;
          });
        }
        await setAlarm('OK');
        const ends = await Promise.all(
          dropped.map((release) =>
            kiln.waitFor(`${release.version} does not end`, async () => {
              const record = await kiln.documents.read<ReleaseRecord>(releaseKey(release));
              const { status } = record ?? {};
              return status !== undefined && ['live', 'superseded', 'failed', 'rejected'].includes(status)
                ? `${release.version} ${status}`
                : undefined;
            }),
          ),
        );
        expect(ends).toEqual(['2.0.0 live', '3.0.0 superseded', '3.1.0 superseded', '4.0.0 live']);
      });
      await expectAtRest(kiln, [HELLO_DEV]);
      const { failures, byRelease } = await traffic.stop();
      expect(failures).toEqual([]);
      expect(Object.keys(byRelease).toSorted()).toEqual(['1.0.0', '2.0.0', '4.0.0']);
    },
    2 * MINUTE,
  );
});

describe('two apps and two environments', () => {
  test(
    'R13 on one balancer keep their rules apart, and leave the rules of others alone',
    async () => {
      const { listenerArn, url } = kiln.environment('prod');
      const { Rules: [foreign] = [] } = await kiln.connection.balancing.send(
        new CreateRuleCommand({
          ListenerArn: listenerArn,
          Priority: 500,
          Conditions: [{ Field: 'path-pattern', Values: ['/of-somebody-else'] }],
          Actions: [
            { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '418', MessageBody: 'mine' } },
          ],
        }),
      );
      await kiln.bake('hello', ['5.0.0', '6.0.0', '7.0.0', '8.0.0']);
      await kiln.bake('shop', ['1.0.0', '2.0.0']);
      await kiln.succeeded(await kiln.promote('hello', '5.0.0', 'prod'));
      await kiln.succeeded(await kiln.promote('shop', '1.0.0', 'prod'));
      traffic = startTraffic(url, { perSecond: 20, connections: 5 });
      const devRules = await rulesOf('dev');
      const both = [
        await kiln.promote('hello', '6.0.0', 'prod'),
        await kiln.promote('shop', '2.0.0', 'prod'),
      ];
      for (const rollout of both) await kiln.succeeded(rollout);

      expect(await (await fetch(`${url}/of-somebody-else`)).text()).toBe('mine');
      await kiln.connection.balancing.send(new DeleteRuleCommand({ RuleArn: foreign?.RuleArn ?? '' }));
      expect(await rulesOf('dev')).toEqual(devRules);
      const answers = [await askHost(url, 'www.example.com'), await askHost(url, 'shop.example.com')];
      expect(answers).toEqual(['6.0.0', '2.0.0']);
      await expectAtRest(kiln, [
        { app: 'hello', environment: 'dev', version: '8.0.0' },
        { app: 'hello', environment: 'prod', version: '6.0.0' },
        { app: 'shop', environment: 'dev', version: '2.0.0' },
        { app: 'shop', environment: 'prod', version: '2.0.0' },
      ]);
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );
});

describe('machines that killed rollouts left', () => {
  const changeRecord = (change: (found: EnvironmentRecord) => EnvironmentRecord): Promise<unknown> =>
    kiln.documents.update<EnvironmentRecord>(environmentKey('prod', 'hello'), (found) =>
      found === undefined ? undefined : change(found),
    );

  /** Kills a rollout that has a share of the traffic and hides what it left from the rollouts that follow. */
  const leaveMachines = async (version: string): Promise<DeploymentKey> => {
    const killed = await kiln.promote('hello', version, 'prod');
    await kiln.waitForState(killed, 'SettleTraffic');
    await kiln.stopExecution(killed);
    const { current, lease, ruleArn = '' } = await kiln.record('hello', 'prod');
    if (current === undefined || lease === undefined) throw new Error('nothing serves, or no lease is left');
    const { connection: deps, clock } = kiln;
    await setWeights(ruleArn, [{ targetGroupArn: current.targetGroupArn, weight: 100 }], { ...deps, clock });
    await changeRecord(({ lease: _dead, progress: _ended, ...rest }) => rest);
    return { releaseId: lease.releaseId, configurationDigest: lease.configurationDigest };
  };

  test(
    'R08 of three releases go before the next rollout, and never what serves or its capacity',
    async () => {
      const retiring: DeploymentKey[] = [];
      for (const version of ['5.0.0', '7.0.0', '8.0.0']) retiring.push(await leaveMachines(version));
      expect(await kiln.running('hello', 'prod')).toEqual({ '5.0.0': 2, '6.0.0': 2, '7.0.0': 2, '8.0.0': 2 });
      await changeRecord((found) => ({ ...found, retiring }));

      const rollout = await kiln.promote('hello', '7.0.0', 'prod');
      const serving: number[] = [];
      const ended = new AbortController();
      const end = kiln.succeeded(rollout).finally(() => ended.abort());
      while (!ended.signal.aborted) {
        const { current } = await kiln.record('hello', 'prod');
        serving.push((await kiln.running('hello', 'prod'))[current?.version ?? ''] ?? 0);
      }
      await end;
      expect(Math.min(...serving)).toBe(2);
      await expectAtRest(kiln, [
        { app: 'hello', environment: 'dev', version: '8.0.0' },
        { app: 'hello', environment: 'prod', version: '7.0.0' },
        { app: 'shop', environment: 'dev', version: '2.0.0' },
        { app: 'shop', environment: 'prod', version: '2.0.0' },
      ]);
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );
});
