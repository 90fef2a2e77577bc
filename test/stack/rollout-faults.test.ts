import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setWeights } from '#pipeline/traffic/app-rule';
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
      deadlineSeconds: 10
      judge: { baselineErrorRatio: 0.001, detectErrorRatio: 0.3 }
    drainSeconds: 1
    warmBlueMinutes: 0
`;

let kiln: LightKiln;
let traffic: Traffic;

const prod = (version: string, machines = 2) => [
  { app: 'hello', environment: 'dev', version: '2.0.0' },
  { app: 'hello', environment: 'prod', version, machines },
];

/** What clients saw fail that the apps themselves did not answer so. */
const ourFailures = (): string[] => traffic.failures().filter((failure) => !/ 500 \{"release"/.test(failure));

const resize = async (machines: number): Promise<void> => {
  const { current } = await kiln.record('hello', 'prod');
  await kiln.connection.autoScaling.send(
    new SetDesiredCapacityCommand({
      AutoScalingGroupName: current?.groupName ?? '',
      DesiredCapacity: machines,
    }),
  );
};

const phaseOf = async (): Promise<{ phase?: string; note?: string; weight?: number }> =>
  (await kiln.record('hello', 'prod')).progress ?? {};

const held = (note: string): Promise<true> =>
  kiln.waitFor(`the rollout does not hold because of '${note}'`, async () => {
    const progress = await phaseOf();
    return progress.phase === 'holding' && progress.note?.includes(note) === true ? true : undefined;
  });

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  await kiln.bake('hello', ['1.0.0', '2.0.0']);
  await kiln.succeeded(await kiln.promote('hello', '1.0.0', 'prod'));
  await expectAtRest(kiln, prod('1.0.0'));
}, 3 * MINUTE);

afterAll(async () => {
  await traffic?.stop();
  await kiln?.stop();
}, MINUTE);

describe('a rollout that cannot be judged', () => {
  test(
    'R10 without any traffic is held, never promoted, and rolled back at the deadline',
    async () => {
      const rollout = await kiln.promote('hello', '2.0.0', 'prod');
      await held('no requests to green');
      const { status, error, cause } = await kiln.ended(rollout);
      expect({ status, error }).toEqual({ status: 'FAILED', error: 'StepInconclusive' });
      expect(cause).toContain('no requests to green');
      await expectAtRest(kiln, prod('1.0.0'));
    },
    MINUTE,
  );

  test(
    'R11 because blue fails just so is held, and rolled back at the deadline with that as the reason',
    async () => {
      traffic = startTraffic(kiln.environment('prod').url, { perSecond: 60, connections: 10 });
      for (const version of ['1.0.0', '2.0.0']) kiln.machines.behave(version, { errorRatio: 0.4 }, 'prod');
      const rollout = await kiln.promote('hello', '2.0.0', 'prod');
      await held('both fail alike');
      expect(await kiln.weights('hello', 'prod')).toMatchObject({ '1.0.0': 60 });
      const { error, cause } = await kiln.ended(rollout);
      for (const version of ['1.0.0', '2.0.0']) kiln.machines.behave(version, {}, 'prod');
      expect(error).toBe('StepInconclusive');
      expect(cause).toContain('both fail alike, so it is not the release');
      expect((await kiln.statusIn('hello', '2.0.0', 'prod'))?.message).toContain('both fail alike');
      await expectAtRest(kiln, prod('1.0.0'));
      expect(ourFailures()).toEqual([]);
    },
    MINUTE,
  );
});

describe('a rollout whose machines do not come', () => {
  test(
    'R15 rolls back when green is launched partly, and blue is not touched',
    async () => {
      let launched = 0;
      const launchFails = (): boolean => (launched += 1) > 1;
      kiln.machines.behave('2.0.0', { launchFails }, 'prod');
      const { error, cause } = await kiln.ended(await kiln.promote('hello', '2.0.0', 'prod'));
      kiln.machines.behave('2.0.0', {}, 'prod');
      expect(launched).toBeGreaterThanOrEqual(3);
      expect(error).toBe('MachinesKeepFailing');
      expect(cause).toContain('keep failing');
      await expectAtRest(kiln, prod('1.0.0'));
      expect(ourFailures()).toEqual([]);
    },
    2 * MINUTE,
  );

  test(
    'R15 goes on when a zone without capacity has some again, and back to a release whose machines still go',
    async () => {
      let failures = 0;
      const launchFails = ({ zone }: { zone: string }): boolean =>
        zone.endsWith('a') && failures < 1 && (failures += 1) > 0;
      kiln.machines.behave('2.0.0', { launchFails }, 'prod');
      await kiln.succeeded(await kiln.promote('hello', '2.0.0', 'prod'));
      expect(failures).toBe(1);
      // At once: the machines of 1.0.0 still go while it comes back.
      await kiln.succeeded(await kiln.promote('hello', '1.0.0', 'prod'));
      await expectAtRest(kiln, prod('1.0.0'));
      expect(ourFailures()).toEqual([]);
    },
    2 * MINUTE,
  );
});

describe('a rollout that somebody interferes with', () => {
  test(
    'R07 gives green the capacity that blue was given meanwhile',
    async () => {
      await kiln.change('prod', {
        rollout: {
          ...kiln.environment('prod').rollout,
          steps: [
            { weight: 40, pauseSeconds: 4 },
            { weight: 100, pauseSeconds: 0 },
          ],
        },
      });
      const rollout = await kiln.promote('hello', '2.0.0', 'prod');
      await kiln.waitForState(rollout, 'JudgeStep');
      await resize(3);
      await kiln.succeeded(rollout);
      await expectAtRest(kiln, prod('2.0.0', 3));
      expect(ourFailures()).toEqual([]);
    },
    MINUTE,
  );

  test(
    'R07 gives green the capacity that blue was given in the last step',
    async () => {
      await kiln.change('prod', {
        rollout: {
          ...kiln.environment('prod').rollout,
          steps: [
            { weight: 40, pauseSeconds: 0 },
            { weight: 100, pauseSeconds: 5 },
          ],
        },
      });
      const rollout = await kiln.promote('hello', '1.0.0', 'prod');
      await kiln.waitFor('the last step does not come', async () =>
        (await phaseOf()).weight === 100 ? true : undefined,
      );
      await resize(4);
      await kiln.succeeded(rollout);
      await expectAtRest(kiln, prod('1.0.0', 4));
      await resize(2);
      await expectAtRest(kiln, prod('1.0.0'));
    },
    MINUTE,
  );

  test(
    "R14 holds while an operator's weights are in the rule, and goes on when they are put back",
    async () => {
      await kiln.change('prod', { rollout: { ...kiln.environment('prod').rollout, deadlineSeconds: 30 } });
      const rollout = await kiln.promote('hello', '2.0.0', 'prod');
      await kiln.waitForState(rollout, 'SettleTraffic');
      const { ruleArn = '' } = await kiln.record('hello', 'prod');
      const deps = { balancing: kiln.connection.balancing, clock: kiln.clock };
      const [blue, green] = await kiln.targetGroups(ruleArn);
      const weights = (blueWeight: number) => [
        { targetGroupArn: blue, weight: blueWeight },
        { targetGroupArn: green, weight: 100 - blueWeight },
      ];
      await setWeights(ruleArn, weights(90), deps);
      await held('=90');
      expect(await kiln.weights('hello', 'prod')).toMatchObject({ '1.0.0': 90 });
      await setWeights(ruleArn, weights(60), deps);
      await kiln.succeeded(rollout);
      await expectAtRest(kiln, prod('2.0.0'));
      expect(ourFailures()).toEqual([]);
    },
    MINUTE,
  );
});
