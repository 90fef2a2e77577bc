import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setOutage } from '#pipeline/disruption/outage';
import type { ChaosRecord } from '#pipeline/chaos/chaos-record';
import { chaosKey } from '#pipeline/chaos/chaos-record';
import { readConsole } from '#pipeline/machine/console';
import type { EndedMachine } from '#pipeline/machine/ended-machine';
import { endedMachineKey } from '#pipeline/machine/ended-machine';
import { ENVIRONMENTS_KEY } from '#pipeline/environments/read-environments';
import type { EnvironmentsDocument } from '#pipeline/environments/read-environments';
import type { EnvironmentRecord, InstanceId } from '#pipeline/model';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { recycleNow } from '#cli/recycle/recycle-now';
import { readMachines } from '#cli/machines';
import type { FleetMachine } from '#cli/machines';
import { startExecution } from '#cli/rollouts/start-execution';
import { poll } from '#test/helpers/poll';
import { appOf, dropUntilLive } from '#test/helpers/release';
import { newKilnState, startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';
import { stopSchedules } from '#test/helpers/stop-schedules';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

const MINUTE = 60_000;

// The schedules are stopped: machines of `dev` are replaced on a person's word, of those of `lab` nobody knows any more, those of
// `kept` are looked at and left alone, and those of `raised` may grow older than they were launched for.
const ENVIRONMENTS = `
environments:
  - name: dev
    capacity: { min: 4, desired: 4, max: 8 }
    maximumUptimeMinutes: 2
    uptimeGraceMinutes: 30
    healthGraceSeconds: 60
    rollout: { settleSeconds: 1 }
    drainSeconds: 2
    warmBlueMinutes: 0
  - name: lab
    capacity: { min: 1, desired: 1, max: 2 }
    maximumUptimeMinutes: 1
    uptimeGraceMinutes: 1
    rollout: { settleSeconds: 1 }
    drainSeconds: 2
    warmBlueMinutes: 0
  - name: kept
    capacity: { min: 1, desired: 1, max: 2 }
    maximumUptimeMinutes: 1
    uptimeGraceMinutes: 1
    rollout: { settleSeconds: 1 }
    drainSeconds: 2
    warmBlueMinutes: 0
  - name: raised
    capacity: { min: 1, desired: 1, max: 2 }
    maximumUptimeMinutes: 1
    uptimeGraceMinutes: 1
    rollout: { settleSeconds: 1 }
    drainSeconds: 2
    warmBlueMinutes: 0
`;

/** Says that it finishes its requests when it is asked to stop; a machine of it must be healthy within a minute. */
const APP = appOf(
  `
  import { createServer } from 'node:http';
  const { KILN_RELEASE: release, PORT } = process.env;
  const server = createServer((request, response) => response.end(JSON.stringify({ release })));
  server.listen(Number(PORT), () => console.log('listening on ' + PORT));
  process.once('SIGTERM', () => {
    console.log('SIGTERM: finishing');
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
`,
  { 'kiln.json': JSON.stringify({ healthPath: '/health', startSeconds: 60 }) },
);

let kiln: RunningKiln;
let traffic: Traffic;
let lab: FleetMachine;
let kept: FleetMachine;
let raised: FleetMachine;

const waitFor = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
  poll(look, 5 * MINUTE, () => what);

const machinesIn = (environment: string): Promise<FleetMachine[]> =>
  readMachines(kiln.connection, 'hello', environment);

const record = async (environment: string): Promise<EnvironmentRecord | undefined> =>
  kiln.documents.read<EnvironmentRecord>(environmentKey(environment, 'hello'));

const blackBox = (environment: string, instanceId: string): Promise<EndedMachine> =>
  waitFor(`'${instanceId}' left no black box`, () =>
    kiln.documents.read<EndedMachine>(
      endedMachineKey({ environment, app: 'hello', instanceId: instanceId as InstanceId }),
    ),
  );

const onlyMachine = async (environment: string): Promise<FleetMachine> => {
  const [first, second] = await machinesIn(environment);
  if (first === undefined || second !== undefined) throw new Error(`expected one machine in ${environment}`);
  return first;
};

const recycle = (environment: string): Promise<unknown> =>
  recycleNow({ app: 'hello', environment }, { ...kiln, signal: AbortSignal.timeout(MINUTE) });

/** Deploys the environment without a maximum uptime. */
const letGrowOld = async (name: string): Promise<void> => {
  await kiln.documents.update<EnvironmentsDocument>(ENVIRONMENTS_KEY, (found) => ({
    updatedAt: new Date().toISOString(),
    environments: (found?.environments ?? []).map((environment) => {
      const { maximumUptimeMinutes: _, ...unlimited } = environment;
      return environment.name === name ? unlimited : environment;
    }),
  }));
};

const perZone = (machines: readonly FleetMachine[]): readonly number[] => {
  const counts = new Map<string, number>();
  for (const { zone } of machines) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return [...counts.values()];
};

beforeAll(async () => {
  kiln = await startKiln(await newKilnState(ENVIRONMENTS));
  await stopSchedules(kiln);
  await dropUntilLive(kiln, 'apps/hello/1.0.0.zip', APP);
  [kept, raised, lab] = [await onlyMachine('kept'), await onlyMachine('raised'), await onlyMachine('lab')];
  await setOutage('kept', { by: 'ann', reason: 'somebody looks at it' }, kiln);
  await letGrowOld('raised');
  traffic = startTraffic(kiln.stack.environments[0].url, { perSecond: 30, connections: 12 });
}, 8 * MINUTE);

afterAll(async () => {
  await traffic?.stop();
  await kiln?.stop();
}, MINUTE);

describe('high uptime is a liability', () => {
  test(
    'a group of four recycles completely under 30 requests a second, and no request fails',
    async () => {
      const before = await machinesIn('dev');
      expect(before).toHaveLength(4);
      const old = new Set(before.map(({ instanceId }) => instanceId));
      const release = (await record('dev'))?.current?.releaseId;
      await waitFor('the group was not replaced', async () => {
        const now = await machinesIn('dev');
        const left = now.filter(({ instanceId }) => old.has(instanceId));
        expect(now.length).toBeGreaterThanOrEqual(4);
        const { replacement, lease } = (await record('dev')) ?? {};
        const rests = replacement === undefined && lease === undefined && now.length === 4;
        if (left.length === 0 && rests) return true;
        for (const environment of ['kept', 'raised']) await recycle(environment);
        if (lease === undefined) await recycle('dev');
        return undefined;
      });
      const after = await machinesIn('dev');
      expect(Math.max(...perZone(after)) - Math.min(...perZone(after))).toBeLessThanOrEqual(1);
      expect((await record('dev'))?.current?.releaseId).toBe(release);
      expect(traffic.failures()).toEqual([]);
      for (const instanceId of old) {
        const box = await blackBox('dev', instanceId);
        expect(box).toMatchObject({ reason: 'age', version: '1.0.0' });
        expect(box.console).toContain('listening on');
      }
    },
    8 * MINUTE,
  );

  test(
    'a drill kills a machine, and the group recovers by itself',
    async () => {
      const input = { app: 'hello', environment: 'dev', trigger: 'drill', by: 'ann' };
      await waitFor('chaos never got its turn', async () => {
        if ((await record('dev'))?.lease !== undefined) return undefined;
        await startExecution(
          { stateMachineArn: kiln.stack.killStateMachineArn, kind: 'drill', input },
          kiln.connection,
        );
        return poll(
          async () =>
            (await kiln.documents.read<ChaosRecord>(chaosKey('dev')))?.kills.length === 1 ? true : undefined,
          MINUTE,
          () => 'no kill was recorded',
        );
      });
      const kill = await waitFor('the group did not get whole again', async () => {
        const found = (await kiln.documents.read<ChaosRecord>(chaosKey('dev')))?.kills[0];
        return found?.recoverySeconds === undefined ? undefined : found;
      });
      expect(await blackBox('dev', kill.instanceId)).toMatchObject({ reason: 'chaos' });
      expect((await machinesIn('dev')).map(({ instanceId }) => instanceId)).not.toContain(kill.instanceId);
    },
    6 * MINUTE,
  );

  test(
    'a machine whose control plane is gone finishes its requests, powers itself off and is followed by another',
    async () => {
      const box = await blackBox('lab', lab.instanceId);
      expect(box).toMatchObject({ reason: 'dead-man' });
      expect(box.ageSeconds).toBeGreaterThanOrEqual(120);
      expect(box.console).toMatch(/reached its maximum uptime of \d+ s \(dead-man timer\)\n/u);
      expect(box.console).toMatch(/SIGTERM: finishing\n(?:.*\n)*kiln: app exited with status 0/u);
      await waitFor('the group did not replace it', async () =>
        (await machinesIn('lab')).some(
          ({ instanceId, state }) => instanceId !== lab.instanceId && state === 'running',
        )
          ? true
          : undefined,
      );
    },
    8 * MINUTE,
  );

  test.each([
    ['Y02 a machine that recycling leaves serving on purpose', 'kept', () => kept],
    ['a machine that may grow old by now', 'raised', () => raised],
  ])(
    '%s is not ended by its own timer',
    async (_title, environment, machine) => {
      const { instanceId, launchedAt } = machine();
      const ageSeconds = (): number => (Date.now() - Date.parse(launchedAt)) / 1000;
      await waitFor('it is not old enough', async () => (ageSeconds() > 140 ? true : undefined));
      expect(await onlyMachine(environment)).toMatchObject({ instanceId, state: 'running' });
      expect(await readConsole(instanceId as InstanceId, kiln.connection.ec2)).toContain(
        'dead-man timer: the machine is kept',
      );
    },
    5 * MINUTE,
  );
});
