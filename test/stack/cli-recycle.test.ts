import { SetInstanceHealthCommand, SetInstanceProtectionCommand } from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Finding } from '#cli/doctor/finding';
import { readMachines } from '#cli/machines';
import type { ReplacementOutcome } from '#cli/recycle/follow-replacements';
import type { RecyclingPlan } from '#pipeline/recycle/fleet';
import type { RecyclingForecast } from '#pipeline/recycle/forecast';
import { createAnnounce } from '#pipeline/announce';
import { environmentKey } from '#pipeline/rollout/environment-record';
import type { EnvironmentRecord } from '#pipeline/model';
import { connectFakeSlack } from '#test/helpers/connect-fake-slack';
import { startFakeSlack } from '#test/helpers/fake-slack';
import type { FakeSlack } from '#test/helpers/fake-slack';
import { newKilnHome, removeKilnHome, runKilnProcess } from '#test/helpers/kiln-process';
import type { KilnResult } from '#test/helpers/kiln-process';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { quietLog } from '#test/helpers/pipeline-fixtures';
import { startTraffic } from '#test/helpers/traffic';

const MINUTE = 60_000;
jest.setTimeout(2 * MINUTE);

const ENVIRONMENTS = `
environments:
  - name: dev
    capacity: { min: 1, desired: 3, max: 6 }
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
    maximumUptimeMinutes: 60
`;

let cloud: LightKiln;
let home: string;
let slack: FakeSlack;

const kiln = (...args: string[]): Promise<KilnResult> =>
  runKilnProcess(args, { KILN_HOME: home, KILN_ENDPOINT: cloud.cloud.endpointUrl });
const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await kiln(...args, '--json')).stdout) as T;
const machineIds = async (): Promise<string[]> =>
  (await readMachines(cloud.connection, 'hello', 'dev'))
    .filter(({ state, groupName }) => state === 'running' && groupName !== undefined)
    .map(({ instanceId }) => instanceId)
    .toSorted();

/** A message whose text begins so and that holds this besides. */
const told = (text: string, detail: string): Promise<true> =>
  cloud.waitFor(`Slack is not told '${text}' with '${detail}'`, () =>
    Promise.resolve(
      slack
        .messages()
        .some((each) => each.text.startsWith(text) && JSON.stringify(each.blocks).includes(detail))
        ? true
        : undefined,
    ),
  );

beforeAll(async () => {
  home = await newKilnHome();
  slack = await startFakeSlack();
  cloud = await startLightKiln(ENVIRONMENTS);
  await connectFakeSlack(slack, cloud);
  await cloud.bake('hello', ['1.0.0']);
}, 3 * MINUTE);
afterAll(async () => {
  await cloud?.stop();
  await slack?.stop();
  await removeKilnHome(home);
}, MINUTE);

describe('kiln recycle', () => {
  test('says that nothing is due, when it will be, and how long a turn-over takes', async () => {
    const { code, stdout } = await kiln('recycle');
    expect(stdout).toMatch(
      /^nothing is replaced now\n\nreplacing everything once takes:\n {2}dev {2}3 machines {2}\S+ \S+ +maximum uptime 60 min\n\nthe next machine falls due: \S+( \S+)?\n$/,
    );
    expect(code).toBe(0);
  });

  test('foresees which machines go when, the same for the same seed and others for another', async () => {
    const ids = await machineIds();
    const forecast = await json<RecyclingForecast>('recycle', '--plan', '--hours', '2');
    const first = forecast.replacements.flatMap(({ retire }) => retire.map(({ instanceId }) => instanceId));
    expect(first.slice(0, 3).toSorted()).toEqual(ids);
    const other = await json<RecyclingForecast>('recycle', '--plan', '--hours', '2', '--seed', 'x');
    expect(other.seed).toBe('x');
    const { stdout } = await kiln('recycle', '--plan', '--hours', '2', 'hello', '--env', 'dev');
    expect(stdout).toMatch(/^\d+ machines in \d+ batches until .* \(seed 'kiln'\):\n {2}WHEN +ENV +APP/);
  });

  test('a dry run says what would go now and changes nothing', async () => {
    const before = await machineIds();
    const plan = await json<RecyclingPlan>('recycle', '--now', '--dry-run', '--all');
    expect(plan.replacements).toMatchObject([{ app: 'hello', environment: 'dev', due: 3 }]);
    expect(plan.replacements[0]?.retire).toHaveLength(1);
    expect(await machineIds()).toEqual(before);
  });

  test('with --now and nothing due it says so', async () => {
    const { code, stdout } = await kiln('recycle', '--now');
    expect(stdout).toMatch(/^nothing is replaced now\n/);
    expect(code).toBe(0);
  });

  test('with --now --all every machine is replaced under load, no request lost, and shown', async () => {
    const before = await machineIds();
    const traffic = startTraffic(cloud.environment('dev').url, { perSecond: 30, connections: 4 });
    const { code, stdout, stderr } = await kiln('recycle', '--now', 'hello', '--env', 'dev', '--all');
    const { failures } = await traffic.stop();
    expect(stderr).toMatch(/✓ hello in dev +\d+\.\d s {2}3 machines replaced\n/);
    expect(stdout).toMatch(/^3 machines replaced in \d+\.\d s\n$/);
    expect(code).toBe(0);
    expect(failures).toEqual([]);
    const after = await machineIds();
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });

  test('what went as planned was not told in Slack', () => {
    expect(slack.messages().map(({ text }) => text)).toEqual(['hello 1.0.0: live']);
  });

  test('refuses a group that cannot be replaced safely, with the reason', async () => {
    const group = (await cloud.record('hello', 'dev')).current?.groupName ?? '';
    const setProtection = async (isProtected: boolean): Promise<unknown> =>
      cloud.connection.autoScaling.send(
        new SetInstanceProtectionCommand({
          AutoScalingGroupName: group,
          InstanceIds: await machineIds(),
          ProtectedFromScaleIn: isProtected,
        }),
      );
    await setProtection(true);
    const { replacements } = await json<{ readonly replacements: readonly ReplacementOutcome[] }>(
      'recycle',
      '--now',
      '--all',
    ).catch(() => ({ replacements: [] }));
    expect(replacements).toEqual([]);
    const { stdout } = await kiln('recycle', '--now', '--all');
    expect(stdout).toMatch(
      /passed over though due:\n(?: {2}dev {2}hello {2}i-\w+ {2}is protected from scale-in\n){3}/,
    );
    await setProtection(false);
  });

  test('a machine that somebody protects stays, is named, and keeps no other from being replaced', async () => {
    const group = (await cloud.record('hello', 'dev')).current?.groupName ?? '';
    const [kept = '', ...others] = await machineIds();
    const protect = (ProtectedFromScaleIn: boolean) =>
      cloud.connection.autoScaling.send(
        new SetInstanceProtectionCommand({
          AutoScalingGroupName: group,
          InstanceIds: [kept],
          ProtectedFromScaleIn,
        }),
      );
    await protect(true);
    const { code, stdout, stderr } = await kiln('recycle', '--now', 'hello', '--env', 'dev', '--all');
    expect(stderr).toMatch(
      new RegExp(`passed over though due:\\n {2}dev {2}hello {2}${kept} {2}is protected`),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^2 machines replaced in/) });
    expect((await machineIds()).filter((id) => [kept, ...others].includes(id))).toEqual([kept]);
    await protect(false);
    await cloud.documents.update<EnvironmentRecord>(environmentKey('dev', 'hello'), (found) =>
      found === undefined
        ? undefined
        : {
            ...found,
            passedOver: [
              {
                instanceId: kept as `i-${string}`,
                reason: 'is protected from scale-in',
                since: new Date().toISOString(),
              },
            ],
          },
    );
    expect((await kiln('ps', 'hello')).stderr).toMatch(
      new RegExp(
        `${kept} of hello in dev is not recycled: passed over for \\S+: it is protected from scale-in`,
      ),
    );
  });

  test('a blocked group is what the doctor names, until it is unblocked', async () => {
    const blocked = { failures: 3, lastFailure: 'it never answered', blockedSince: new Date().toISOString() };
    await cloud.documents.update<EnvironmentRecord>(environmentKey('dev', 'hello'), (found) =>
      found?.current === undefined
        ? undefined
        : { ...found, recycling: { groupName: found.current.groupName, ...blocked } },
    );
    const findings = await json<Finding[]>('doctor');
    expect(findings).toContainEqual(
      expect.objectContaining({
        status: 'blocked',
        found: expect.stringContaining('its machines are not replaced any more'),
        remedy: expect.stringContaining('kiln recycle --unblock hello --env dev'),
      }),
    );
    expect((await kiln('recycle', '--all')).stdout).toContain('blocked after 3 failures');
    const { events } = cloud.connection;
    const announce = createAnnounce(events, cloud.stack.eventBusName, quietLog);
    await announce('recycling.blocked', { app: 'hello', environment: 'dev' });
    await told('Machines of hello in dev are no longer replaced', 'kiln recycle --unblock hello --env dev');
    expect((await kiln('recycle', '--unblock', 'hello', '--env', 'dev')).stdout).toBe(
      'machines of hello in dev are replaced again when they are due\n',
    );
    await told('Machines of hello in dev are replaced again', 'somebody lets it be tried again');
    expect((await kiln('recycle', '--unblock', 'hello', '--env', 'dev')).stdout).toContain('was not blocked');
  });

  test.each([
    [['recycle', 'nobody'], /there is no app 'nobody' in any environment/],
    [['recycle', '--env', 'moon'], /there is no environment 'moon', only: dev/],
    [['recycle', '--unblock', 'hello'], /--unblock needs the app and its environment/],
  ])('%j ends with what is wrong and what to try', async (args, message) => {
    const { code, stdout, stderr } = await kiln(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\ntry: /);
  });

  test('two wishes at once are wrong usage', async () => {
    expect((await kiln('recycle', '--plan', '--now')).code).toBe(2);
    expect((await kiln('recycle', '--plan', '--hours', '0')).code).toBe(2);
  });

  test.each([
    [['recycle', '--no-wait'], /'--no-wait' needs '--now'/],
    [['recycle', '--hours', '5'], /'--hours <hours>' needs '--plan'/],
    [['recycle', '--plan', '--all'], /'--all' cannot be used with '--plan'/],
    [['recycle', '--unblock', '--all', 'hello', '--env', 'dev'], /'--all' cannot be used with '--unblock'/],
    [['recycle', '--now', '--seed', 'x'], /'--seed <seed>' cannot be used with '--now'/],
  ])('%j would pass over an option, and is wrong usage', async (args, message) => {
    const { code, stderr } = await kiln(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('in Slack', () => {
  test('a kill is told, and in the same message how long the group took', async () => {
    expect((await kiln('chaos', 'drill', 'hello', '--env', 'dev', '--rate', '0')).code).toBe(0);
    await told('Chaos took a machine of hello in dev', 'the group was whole again after *');
  });

  test('a machine that was unhealthy is told', async () => {
    const [victim = ''] = await machineIds();
    await cloud.connection.autoScaling.send(
      new SetInstanceHealthCommand({
        InstanceId: victim,
        HealthStatus: 'Unhealthy',
        ShouldRespectGracePeriod: false,
      }),
    );
    await told('A machine of hello in dev was unhealthy', victim);
  });
});
