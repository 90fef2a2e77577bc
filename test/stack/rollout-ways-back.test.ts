import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAtRest } from '#test/helpers/at-rest';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { createTestAlarm } from '#test/helpers/test-alarm';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
const ALARM = 'checkout-errors';
const ENVIRONMENTS = `
environments:
  - name: dev
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    rollout:
      steps:
        - { weight: 50, pauseSeconds: 0 }
        - { weight: 100, pauseSeconds: 0 }
      settleSeconds: 1
      deadlineSeconds: 30
    drainSeconds: 1
    warmBlueMinutes: 0
    parameters: { GREETING: hello }
`;

let kiln: LightKiln;
let traffic: Traffic;

const prod = (version: string) => [
  { app: 'hello', environment: 'dev', version: '3.0.0' },
  { app: 'hello', environment: 'prod', version },
];

const greeting = async (): Promise<unknown> => {
  const answer = await fetch(kiln.environment('prod').url);
  const { release, variables } = (await answer.json()) as {
    release: string;
    variables: Record<string, string>;
  };
  return [release, variables['GREETING']];
};

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  await kiln.bake('hello', ['1.0.0', '2.0.0', '3.0.0']);
  await kiln.succeeded(await kiln.promote('hello', '1.0.0', 'prod'));
  await expectAtRest(kiln, prod('1.0.0'));
  traffic = startTraffic(kiln.environment('prod').url, { perSecond: 40, connections: 10 });
}, 3 * MINUTE);

afterAll(async () => {
  await traffic?.stop();
  await kiln?.stop();
}, MINUTE);

describe('an alarm', () => {
  let setAlarm: (state: StateValue) => Promise<void>;

  beforeAll(async () => {
    setAlarm = await createTestAlarm(ALARM, kiln.connection.cloudWatch);
    const { rollout } = kiln.environment('prod');
    await kiln.change('prod', {
      rollout: { ...rollout, alarms: { names: [ALARM], insufficientData: 'hold' } },
    });
  });

  afterAll(() => kiln.restore('prod'));

  test(
    'R17 that is on already refuses the start: nothing is launched',
    async () => {
      await setAlarm('ALARM');
      const launched = kiln.machines.machines.length;
      const { status, error, cause } = await kiln.ended(await kiln.promote('hello', '2.0.0', 'prod'));
      expect({ status, error }).toEqual({ status: 'FAILED', error: 'AlarmActive' });
      expect(cause).toContain(`'${ALARM}' is in ALARM`);
      expect(kiln.machines.machines).toHaveLength(launched);
      await expectAtRest(kiln, prod('1.0.0'));
    },
    MINUTE,
  );

  test(
    'R18 without data holds the step; R17 once on rolls the rollout back',
    async () => {
      await setAlarm('INSUFFICIENT_DATA');
      const rollout = await kiln.promote('hello', '2.0.0', 'prod');
      await kiln.waitFor('the step is not held', async () =>
        (await kiln.record('hello', 'prod')).progress?.note === `no data for ${ALARM}` ? true : undefined,
      );
      await setAlarm('ALARM');
      const { error, cause } = await kiln.ended(rollout);
      expect(error).toBe('AlarmActive');
      expect(cause).toContain(`'${ALARM}' is in ALARM`);
      await setAlarm('OK');
      await expectAtRest(kiln, prod('1.0.0'));
      expect(traffic.failures()).toEqual([]);
    },
    MINUTE,
  );
});

describe('kiln rollback', () => {
  test(
    'R16 after a rollout was stopped in the middle takes its share away, and not what serves',
    async () => {
      const killed = await kiln.promote('hello', '2.0.0', 'prod');
      await kiln.waitForState(killed, 'SettleTraffic');
      await kiln.stopExecution(killed);
      const { output } = await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
      expect(JSON.parse(output)).toMatchObject({
        kind: 'abort',
        to: kiln.releaseOf('hello', '1.0.0').releaseId,
      });
      await expectAtRest(kiln, prod('1.0.0'));
      expect(await kiln.statusIn('hello', '2.0.0', 'prod')).toMatchObject({
        status: 'failed',
        reason: 'RolloutAbandoned',
      });
      expect(traffic.failures()).toEqual([]);
    },
    MINUTE,
  );

  test(
    'when nothing is warm any more launches the last known good again, with the parameters that it had',
    async () => {
      await kiln.change('prod', { parameters: { GREETING: 'bonjour' } });
      await kiln.succeeded(await kiln.promote('hello', '2.0.0', 'prod'));
      await expectAtRest(kiln, prod('2.0.0'));
      expect(await greeting()).toEqual(['2.0.0', 'bonjour']);
      const { output } = await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
      expect(JSON.parse(output)).toEqual({
        kind: 'rollout',
        from: kiln.releaseOf('hello', '2.0.0').releaseId,
        to: kiln.releaseOf('hello', '1.0.0').releaseId,
      });
      await expectAtRest(kiln, prod('1.0.0'));
      expect(await greeting()).toEqual(['1.0.0', 'hello']);
      expect(await kiln.statusIn('hello', '2.0.0', 'prod')).toMatchObject({ status: 'rolled-back' });
      expect(traffic.failures()).toEqual([]);
    },
    MINUTE,
  );

  test(
    'of a changed configuration of the same release restores the parameters',
    async () => {
      await kiln.succeeded(await kiln.promote('hello', '1.0.0', 'prod'));
      await expectAtRest(kiln, prod('1.0.0'));
      expect(await greeting()).toEqual(['1.0.0', 'bonjour']);
      await kiln.succeeded(await kiln.rollBack('hello', 'prod'));
      await expectAtRest(kiln, prod('1.0.0'));
      expect(await greeting()).toEqual(['1.0.0', 'hello']);
      expect(traffic.failures()).toEqual([]);
    },
    MINUTE,
  );

  test(
    'R19 is refused before anything is launched when the image to go back to is gone',
    async () => {
      await kiln.succeeded(await kiln.promote('hello', '3.0.0', 'prod'));
      await expectAtRest(kiln, prod('3.0.0'));
      const { previous = [] } = await kiln.record('hello', 'prod');
      for (const ImageId of new Set(previous.map(({ imageId }) => imageId)))
        await kiln.connection.ec2.send(new DeregisterImageCommand({ ImageId }));
      const launched = kiln.machines.machines.length;
      const { status, error, cause } = await kiln.ended(await kiln.rollBack('hello', 'prod'));
      expect({ status, error }).toEqual({ status: 'FAILED', error: 'NothingToRollBackTo' });
      expect(cause).toContain('are gone');
      const promotion = await kiln.ended(await kiln.promote('hello', '1.0.0', 'prod'));
      expect(promotion).toMatchObject({ status: 'FAILED', error: 'ReleaseNotReady' });
      expect(kiln.machines.machines).toHaveLength(launched);
      await expectAtRest(kiln, prod('3.0.0'));
      expect(traffic.failures()).toEqual([]);
    },
    2 * MINUTE,
  );
});
