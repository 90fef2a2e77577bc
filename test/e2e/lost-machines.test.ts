import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runDrill } from '#cli/chaos/run-drill';
import { createQemu } from '#localcloud/hypervisor/qemu';
import type { EnvironmentRecord } from '#pipeline/model';
import { environmentKey } from '#pipeline/rollout/environment-record';
import { breakableApp } from '#test/helpers/breakable-app';
import { breakableGroup } from '#test/helpers/breakable-group';
import type { BreakableGroup, HeldRequests } from '#test/helpers/breakable-group';
import { knownMachines } from '#test/helpers/known-machines';
import type { KnownMachines } from '#test/helpers/known-machines';
import { dropUntilLive } from '#test/helpers/release';
import { startRequestLog } from '#test/helpers/request-log';
import type { LoggedRequest, RequestLog } from '#test/helpers/request-log';
import { newKilnState, startKiln } from '#test/helpers/start-kiln';
import type { RunningKiln } from '#test/helpers/start-kiln';
import { stopSchedules } from '#test/helpers/stop-schedules';

const MINUTE = 60_000;
const REQUESTS_PER_SECOND = 20;
const HELD_REQUESTS = 8;
const MACHINES = 4;
const GRACE_SECONDS = 60;

const ENVIRONMENTS = `
environments:
  - name: dev
    zones: [a, b]
    capacity: { min: ${MACHINES}, desired: ${MACHINES}, max: 8 }
    healthGraceSeconds: ${GRACE_SECONDS}
    rollout: { settleSeconds: 1 }
    drainSeconds: 2
    warmBlueMinutes: 0
    disruption: { percent: 50 }
`;

let kiln: RunningKiln;
let machines: KnownMachines;
let group: BreakableGroup;
let requests: RequestLog;

/** The oldest machine: the others are in Auto Scaling's grace period for longer. */
const chooseVictim = async (): Promise<string> => {
  const [oldest] = await group.running();
  if (oldest === undefined) throw new Error('no machine runs');
  return oldest.instanceId;
};

/** What the balancer may take to find a machine unhealthy: its checks, the last one's time-out, an interval if the host is busy. */
const patienceMilliseconds = async (): Promise<number> => {
  const found = await group.targetGroup();
  const { HealthCheckIntervalSeconds: interval = 0, HealthCheckTimeoutSeconds: timeout = 0 } = found;
  return (interval * ((found.UnhealthyThresholdCount ?? 0) + 1) + timeout) * 1000;
};

const failed = (log: readonly LoggedRequest[]): readonly LoggedRequest[] =>
  log.filter(({ failure }) => failure !== undefined);

/** Of the requests that were being answered, those that lost machines held fail, and no others. */
const expectOnlyTheirsFailed = async (
  { byMachine, answeredBy }: HeldRequests,
  lost: readonly string[],
): Promise<void> => {
  for (const id of lost) expect(byMachine.get(id)).toBeGreaterThan(0);
  const survivors = [...byMachine].filter(([id]) => !lost.includes(id));
  for (const [id] of survivors) await group.ask(id, '/let-go');
  const answered = new Map<string, number>();
  for (const id of await answeredBy) if (id !== undefined) answered.set(id, (answered.get(id) ?? 0) + 1);
  expect(answered).toEqual(new Map(survivors));
};

interface Course {
  readonly struckAt: number;
  readonly foundAt?: number;
  readonly wholeAt: number;
  readonly seen: readonly LoggedRequest[];
}

/** One line for who waits for the test. */
const tell = (what: string, { struckAt, foundAt, wholeAt, seen }: Course): void => {
  const after = (at: number): string => `${((at - struckAt) / 1000).toFixed(1)} s`;
  const found = foundAt === undefined ? '' : `found out after ${after(foundAt)}, `;
  process.stderr.write(
    `${what}: ${found}whole after ${after(wholeAt)}, ${failed(seen).length} of ${seen.length} requests failed\n`,
  );
};

beforeAll(async () => {
  const state = await newKilnState(ENVIRONMENTS);
  machines = knownMachines(createQemu({ cacheDir: join(state.stateDir, 'ec2', 'cache') }));
  kiln = await startKiln(state, { hypervisor: machines });
  await stopSchedules(kiln);
  await dropUntilLive(kiln, 'apps/hello/1.0.0.zip', breakableApp(GRACE_SECONDS));
  const record = await kiln.documents.read<EnvironmentRecord>(environmentKey('dev', 'hello'));
  const { targetGroupArn = '' } = record?.current ?? {};
  group = breakableGroup(kiln, machines, { app: 'hello', targetGroupArn });
  requests = startRequestLog(kiln.stack.environments[0].url, REQUESTS_PER_SECOND);
}, 8 * MINUTE);

afterAll(async () => {
  requests?.stop();
  await kiln?.stop();
}, MINUTE);

describe('C07 a machine that no longer serves is found out by its health check and replaced:', () => {
  test.each([
    {
      fault: 'it is cut off the network',
      strike: (id: string) => machines.machine(id).setLink(false),
      reason: 'Target.Timeout',
      serves: false,
    },
    {
      fault: 'its app does nothing but compute',
      strike: (id: string) => group.ask(id, '/compute'),
      reason: 'Target.Timeout',
      serves: false,
    },
    {
      fault: 'its emulator hangs',
      strike: async (id: string) => process.kill(machines.machine(id).pid, 'SIGSTOP'),
      reason: 'Target.Timeout',
      serves: false,
    },
    {
      fault: 'its disk is full, and its app says so',
      strike: (id: string) => group.ask(id, '/fill-disk'),
      reason: 'Target.ResponseCodeMismatch',
      serves: true,
    },
  ])(
    '$fault',
    async ({ fault, strike, reason, serves }) => {
      const victim = await chooseVictim();
      const struckAt = performance.now();
      await strike(victim);
      const found = await group.waitFor(`'${victim}' is not found out`, async () => {
        const health = (await group.target(victim))?.TargetHealth;
        return health?.State === 'unhealthy' ? health : undefined;
      });
      const foundAt = performance.now();
      expect(found.Reason).toBe(reason);
      expect(foundAt - struckAt).toBeLessThanOrEqual(await patienceMilliseconds());

      await group.whole(MACHINES, [victim]);
      const wholeAt = performance.now();
      await requests.settled(wholeAt);
      const seen = requests.since(struckAt);
      tell(fault, { struckAt, foundAt, wholeAt, seen });
      // Whoever asks after it was found out is served, and by another machine.
      const later = seen.filter(({ begunAt }) => begunAt > foundAt);
      expect(failed(later)).toEqual([]);
      expect(later.map(({ instance }) => instance)).not.toContain(victim);
      // Before that each fourth request went to it, and no other is harmed. Some were on their way when it was struck.
      const share = Math.ceil((seen.length - later.length) / MACHINES);
      if (serves) expect(failed(seen)).toEqual([]);
      else expect(failed(seen).length).toBeGreaterThan(0);
      expect(failed(seen).length).toBeLessThanOrEqual(share + 2);

      const box = await group.blackBox(victim);
      expect(box).toMatchObject({ reason: 'unhealthy', version: '1.0.0' });
      expect(box.detail).toContain('ELB system health check failure');
      expect(box.console?.includes('the disk is full: ENOSPC')).toBe(serves);
    },
    6 * MINUTE,
  );
});

describe('machines that are gone at once are replaced without a health check, and lose what they were answering:', () => {
  test(
    'C07 one whose emulator is killed',
    async () => {
      const victim = await chooseVictim();
      const held = await group.hold(HELD_REQUESTS);
      const machine = machines.machine(victim);
      const struckAt = performance.now();
      process.kill(machine.pid, 'SIGKILL');
      await machine.exited;
      const goneAt = performance.now();
      await group.whole(MACHINES, [victim]);
      const wholeAt = performance.now();
      await expectOnlyTheirsFailed(held, [victim]);
      await requests.settled(wholeAt);
      const seen = requests.since(struckAt);
      tell('killed', { struckAt, wholeAt, seen });
      // A new request finds nobody there, and is given to another machine.
      expect(failed(seen.filter(({ begunAt }) => begunAt > goneAt))).toEqual([]);
      expect(await group.blackBox(victim)).toMatchObject({ reason: 'interrupted' });
    },
    6 * MINUTE,
  );

  test(
    'C06 all of a zone, by a drill',
    async () => {
      const inZone = (await group.running()).filter(({ zone }) => zone === 'eu-central-1a');
      const victims = inZone.map(({ instanceId }) => instanceId);
      const held = await group.hold(HELD_REQUESTS);
      const struckAt = performance.now();
      const notHealthy = group.waitFor('the zone is not lost', async () =>
        (await group.healthy()).some((id) => victims.includes(id)) ? undefined : performance.now(),
      );
      const [environment] = kiln.stack.environments;
      const wish = { app: 'hello', environment, zone: 'a', wholeZone: true, perSecond: REQUESTS_PER_SECOND };
      const report = await runDrill(wish, kiln);
      expect(report.killed.map(({ instanceId }) => instanceId).toSorted()).toEqual(victims.toSorted());
      expect(victims).toHaveLength(MACHINES / 2);
      await group.whole(MACHINES, victims);
      const wholeAt = performance.now();
      expect(report.recoverySeconds).toBeGreaterThan(0);
      expect(report.recoverySeconds).toBeLessThanOrEqual((wholeAt - struckAt) / 1000);
      await expectOnlyTheirsFailed(held, victims);
      await requests.settled(wholeAt);
      const seen = requests.since(struckAt);
      tell(`a zone lost (${report.recoverySeconds?.toFixed(1)} s by the drill's own account)`, {
        struckAt,
        wholeAt,
        seen,
      });
      // Until the balancer has taken them out, a new request may find two of them in a row.
      const outAt = await notHealthy;
      expect(failed(seen.filter(({ begunAt }) => begunAt > outAt))).toEqual([]);
      const zones = (await group.running()).map(({ zone }) => zone.slice(-1)).toSorted();
      expect(zones).toEqual(['a', 'a', 'b', 'b']);
      for (const victim of victims) expect(await group.blackBox(victim)).toMatchObject({ reason: 'chaos' });
    },
    6 * MINUTE,
  );
});
