import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runDrill } from '#cli/chaos/run-drill';
import { readMachines } from '#cli/machines';
import { startExecution } from '#cli/rollouts/start-execution';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import type { ChaosRecord } from '#pipeline/chaos/chaos-record';
import { clearOutage, setOutage } from '#pipeline/disruption/outage';
import { dueNow } from '#test/helpers/due-now';
import { listenToKiln } from '#test/helpers/kiln-events';
import type { KilnEvents } from '#test/helpers/kiln-events';
import { lightGroup } from '#test/helpers/light-group';
import type { LightGroup } from '#test/helpers/light-group';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { EndedExecution, LightKiln } from '#test/helpers/light-kiln';
import type { LightMachine } from '#test/helpers/light-machines';
import { createTestAlarm } from '#test/helpers/test-alarm';

const MINUTE = 60_000;

const ENVIRONMENTS = `
environments:
  - name: dev
    zones: [a, b]
    capacity: { min: 2, desired: 4, max: 8 }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
    disruption: { percent: 50 }
    chaos:
      leashed: true
      meanDays: 1
      minimumGapHours: 0
      weekdays: [MON, TUE, WED, THU, FRI, SAT, SUN]
`;

let kiln: LightKiln;
let events: KilnEvents;
let group: LightGroup;

/** Runs chaos as its schedule does. */
const tick = async (): Promise<unknown> => {
  const stateMachineArn = kiln.stack.killStateMachineArn.replace(/-kill$/, '-chaos');
  const { executionArn = '' } = await kiln.connection.states.send(
    new StartExecutionCommand({ stateMachineArn, input: '{}' }),
  );
  return JSON.parse((await kiln.succeeded(executionArn)).output);
};

const chaos = async (): Promise<ChaosRecord> =>
  (await kiln.documents.read<ChaosRecord>(chaosKey('dev'))) ?? {
    environment: 'dev',
    updatedAt: '',
    kills: [],
  };

const machineIds = async (): Promise<string[]> =>
  (await readMachines(kiln.connection, 'hello', 'dev'))
    .filter(({ state }) => state === 'running')
    .map(({ instanceId }) => instanceId)
    .toSorted();

const isGone =
  (id: string) =>
  ({ gone, guest }: LightMachine): boolean =>
    gone && guest.instance === id;

const drill = (more: { readonly zone?: string; readonly wholeZone?: boolean } = {}) =>
  runDrill(
    { app: 'hello', environment: kiln.environment('dev'), wholeZone: false, perSecond: 30, ...more },
    kiln,
  );

/** A drill that nobody follows; how it ends. */
const startDrill = async (): Promise<EndedExecution> => {
  const input = { app: 'hello', environment: 'dev', trigger: 'drill', by: 'ann' };
  const stateMachineArn = kiln.stack.killStateMachineArn;
  return kiln.ended(await startExecution({ stateMachineArn, kind: 'drill', input }, kiln.connection));
};

/** Calls that end machines at once; Auto Scaling's own are not among them. */
const countTerminations = (): (() => number) => {
  const rule = { service: 'ec2', action: 'TerminateInstances', do: { delayMs: 0 } } as const;
  kiln.cloud.faults.set({ rules: [rule] });
  return () => kiln.cloud.faults.struck()[0] ?? 0;
};

beforeAll(async () => {
  kiln = await startLightKiln(ENVIRONMENTS);
  events = await listenToKiln(kiln);
  group = lightGroup(kiln, 'dev');
  await kiln.bake('hello', ['1.0.0', '2.0.0']);
  await group.atRest(4);
}, 5 * MINUTE);

afterAll(async () => {
  await events?.stop();
  await kiln?.stop();
}, MINUTE);

describe('a drill', () => {
  test(
    'kills one machine under load, and says how long its group took to be whole again',
    async () => {
      const before = await machineIds();
      const report = await drill();
      expect(report.killed).toHaveLength(1);
      expect(report.recoverySeconds).toBeGreaterThan(0);
      expect(report.requests).toBeGreaterThan(30);
      // What was on its way to the machine is lost, and nothing else.
      expect(report.failed).toBeLessThanOrEqual(8);
      const after = await machineIds();
      expect(after).toHaveLength(4);
      expect(before.filter((id) => !after.includes(id))).toEqual(
        report.killed.map(({ instanceId }) => instanceId),
      );
      await group.atRest(4);
      const [killed] = report.killed;
      const [kill] = (await chaos()).kills;
      expect(kill).toMatchObject({ ...killed, trigger: 'drill', recoverySeconds: report.recoverySeconds });
      const recovered = await kiln.waitFor('nobody is told', async () =>
        events.of('chaos.recovered', 'dev').at(-1),
      );
      expect(recovered.detail).toMatchObject({
        instanceIds: [killed?.instanceId],
        seconds: report.recoverySeconds,
      });
      expect(await group.blackBox(killed?.instanceId ?? '')).toMatchObject({ reason: 'chaos' });
    },
    3 * MINUTE,
  );

  test(
    'C03: of two at once one kills, and the other is refused and changes nothing',
    async () => {
      const [before, terminations] = [await machineIds(), countTerminations()];
      const { kills } = await chaos();
      const ends = await Promise.all([startDrill(), startDrill()]);
      expect(ends.map(({ status }) => status).toSorted()).toEqual(['FAILED', 'SUCCEEDED']);
      expect(ends.find(({ status }) => status === 'FAILED')?.error).toBe('ChaosRefused');
      await group.atRest(4);
      expect((await chaos()).kills).toHaveLength(kills.length + 1);
      expect(before.filter((id) => group.launched().some(isGone(id)))).toHaveLength(1);
      expect(terminations()).toBe(1);
    },
    3 * MINUTE,
  );

  test(
    'C06: all machines of a zone are gone at once, and come back by themselves',
    async () => {
      const report = await drill({ zone: 'a', wholeZone: true });
      expect(report.killed.map(({ zone }) => zone)).toEqual(['eu-central-1a', 'eu-central-1a']);
      expect(report.recoverySeconds).toBeGreaterThan(0);
      expect(report.failed).toBeLessThanOrEqual(16);
      process.stderr.write(`zone lost: ${report.failed} of ${report.requests} requests failed\n`);
      await group.atRest(4);
      expect(await group.zones()).toEqual({ a: 2, b: 2 });
    },
    3 * MINUTE,
  );

  test(
    'C02: is refused during an outage, and nothing happens',
    async () => {
      const before = await machineIds();
      await setOutage('dev', { by: 'ann', reason: 'the database is slow' }, kiln);
      await expect(drill()).rejects.toThrow('the database is slow');
      await clearOutage('dev', { ...kiln, announce: () => Promise.resolve() });
      expect(await machineIds()).toEqual(before);
    },
    MINUTE,
  );
});

describe('C02: a drill is refused, and no machine ends,', () => {
  const expectRefused = async (reason: string): Promise<void> => {
    const terminations = countTerminations();
    const { error, cause } = await startDrill();
    expect(error).toBe('ChaosRefused');
    expect(cause).toContain(reason);
    expect(terminations()).toBe(0);
  };

  test(
    'while an alarm is on',
    async () => {
      const before = await machineIds();
      const setAlarm = await createTestAlarm('broken', kiln.connection.cloudWatch);
      await kiln.change('dev', {
        disruption: { ...kiln.environment('dev').disruption, alarms: ['broken'] },
      });
      await setAlarm('ALARM');
      await expectRefused("alarm 'broken' is on");
      await kiln.restore('dev');
      expect(await machineIds()).toEqual(before);
    },
    MINUTE,
  );

  test(
    'during recycling, whose machines say that they were too old',
    async () => {
      const before = await machineIds();
      const [replacement = ''] = await group.recycle();
      await kiln.waitForState(replacement, 'WaitForReplacements');
      await expectRefused('busy with recycling');
      await kiln.succeeded(replacement);
      for (const id of before) expect(await group.blackBox(id)).toMatchObject({ reason: 'age' });
      await group.atRest(4);
    },
    3 * MINUTE,
  );

  test(
    'during a rollout, whose old machines say that their release was replaced',
    async () => {
      const before = await machineIds();
      const rollout = await kiln.promote('hello', '1.0.0', 'dev');
      await kiln.waitForState(rollout, 'WaitForHealthyTargets');
      await expectRefused('busy with the rollout');
      await kiln.succeeded(rollout);
      for (const id of before) expect(await group.blackBox(id)).toMatchObject({ reason: 'release' });
      await group.atRest(4);
    },
    3 * MINUTE,
  );
});

describe('the schedule', () => {
  test(
    'C01: on the leash no machine is killed, and what would have been is recorded',
    async () => {
      const [before, terminations] = [await machineIds(), countTerminations()];
      await kiln.change('dev', { chaos: dueNow(kiln.environment('dev')) });
      expect(await tick()).toMatchObject([]);
      const { kills, leashed = [] } = await chaos();
      expect(leashed).toMatchObject([{ app: 'hello', killId: expect.stringMatching(/^dev\/hello\//) }]);
      expect(kills.filter(({ trigger }) => trigger === 'schedule')).toEqual([]);
      const held = await kiln.waitFor('nobody is told', async () => events.of('chaos.leashed', 'dev').at(-1));
      expect(held.detail).toMatchObject({ app: 'hello', instanceId: leashed[0]?.instanceId });
      expect(await machineIds()).toEqual(before);
      expect(terminations()).toBe(0);
    },
    MINUTE,
  );

  test(
    'C03: off the leash one machine is killed, however often the schedule fires, and the group recovers',
    async () => {
      const before = await machineIds();
      const policy = { ...dueNow(kiln.environment('dev')), leashed: false };
      await kiln.documents.update<ChaosRecord>(chaosKey('dev'), (found) =>
        found === undefined ? undefined : { ...found, leashed: [] },
      );
      await kiln.change('dev', { chaos: policy });
      await Promise.all([tick(), tick(), tick()]);
      const kill = await kiln.waitFor('the group does not get whole again', async () => {
        const { kills } = await chaos();
        return kills.find(({ trigger, wholeAt }) => trigger === 'schedule' && wholeAt !== undefined);
      });
      await tick();
      expect((await chaos()).kills.filter(({ trigger }) => trigger === 'schedule')).toHaveLength(1);
      const after = await machineIds();
      expect(after).toHaveLength(4);
      expect(before.filter((id) => !after.includes(id))).toEqual([kill.instanceId]);
    },
    3 * MINUTE,
  );
});
