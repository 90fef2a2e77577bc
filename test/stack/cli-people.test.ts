import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ShownApproval } from '#cli/approvals/read-approvals';
import { projectRoot } from '#cli/home';
import type { Finding } from '#cli/doctor/finding';
import type { AppStatus } from '#cli/rollouts/read-status';
import type { EnvironmentRecord, ReleaseRecord } from '#pipeline/model';
import { newKilnHome, removeKilnHome, runKilnProcess, startKilnProcess } from '#test/helpers/kiln-process';
import type { KilnProcess, KilnResult } from '#test/helpers/kiln-process';
import { startLightKiln } from '#test/helpers/light-kiln';
import type { LightKiln } from '#test/helpers/light-kiln';
import { startTraffic } from '#test/helpers/traffic';
import type { Traffic } from '#test/helpers/traffic';

jest.setTimeout(60_000);

const MINUTE = 60_000;
const APP = join(projectRoot, 'examples/hello-node');
const ENVIRONMENTS = `
environments:
  - name: dev
    rollout: { settleSeconds: 0 }
    drainSeconds: 1
    warmBlueMinutes: 0
  - name: prod
    approval: { approvers: 1, requesterMayApprove: true }
    rollout:
      steps:
        - { weight: 50, pauseSeconds: 0 }
        - { weight: 100, pauseSeconds: 0 }
      settleSeconds: 0
      deadlineSeconds: 300
      judge: true
    drainSeconds: 1
    warmBlueMinutes: 15
`;

let cloud: LightKiln;
let home: string;
let traffic: Traffic | undefined;

const environment = (): NodeJS.ProcessEnv => ({ KILN_HOME: home, KILN_ENDPOINT: cloud.cloud.endpointUrl });
const kiln = (...args: string[]): Promise<KilnResult> => runKilnProcess(args, environment());
const start = (...args: string[]): KilnProcess => startKilnProcess(args, environment());
const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await kiln(...args, '--json')).stdout) as T;

const drop = (version: string, ...more: string[]): Promise<KilnResult> =>
  kiln('drop', APP, '--app', 'hello', '--version', version, ...more);
const recordIn = (name: string): Promise<EnvironmentRecord> => cloud.record('hello', name);
const asked = (version: string): Promise<true> =>
  cloud.waitFor(`nothing asks for approval of ${version}`, async () =>
    (await recordIn('prod')).pendingApproval?.releaseId.startsWith(`hello-${version}-`) === true
      ? true
      : undefined,
  );
const atRest = (name: string): Promise<EnvironmentRecord> =>
  cloud.waitFor(`a rollout is under way in ${name}`, async () => {
    const record = await recordIn(name);
    return record.lease === undefined && record.retiring === undefined ? record : undefined;
  });
const inProd = async (version: string): Promise<unknown> => {
  const releases = await json<ReleaseRecord[]>('releases', 'hello', '--env', 'prod');
  return releases.find((release) => release.version === version)?.environments?.['prod'];
};

const expectUserError = (result: KilnResult, message: RegExp | string): void => {
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(/^error: .*\ntry: .*\n$/m);
  expect(result.stderr).toMatch(message);
};

beforeAll(async () => {
  home = await newKilnHome();
  cloud = await startLightKiln(ENVIRONMENTS);
}, 3 * MINUTE);
afterAll(async () => {
  await traffic?.stop();
  await cloud?.stop();
  await removeKilnHome(home);
}, MINUTE);

describe('a person and a release', () => {
  test('is told where a drop came to and who must let it on, without states that do nothing', async () => {
    const { code, stdout, stderr } = await drop('1.0.0');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^hello 1\.0\.0 is live in dev at http:\S+\nprod awaits approval: kiln approve hello --env prod\n$/,
    );
    expect(stderr).toMatch(/✓ FinishRollout +\d+\.\d s {2}dev\n/);
    expect(stderr).not.toMatch(/NeedsApproval|IsFullyShifted|HasBlue|RolledOut|✗/);
  });

  test('sees what awaits approval with its evidence, and no secret', async () => {
    const { stdout } = await kiln('approvals');
    expect(stdout).toMatch(/^hello 1\.0\.0 for prod\n[^]*until +tomorrow [^]*decide +kiln approve hello/);
    const [approval] = await json<ShownApproval[]>('approvals', 'hello');
    expect(approval).toMatchObject({
      version: '1.0.0',
      status: 'pending',
      evidence: { imageId: expect.stringMatching(/^ami-/) },
    });
    expect(approval).not.toHaveProperty('taskToken');
  });

  test('approves once, with a comment, and follows what comes after it', async () => {
    const { code, stdout, stderr } = await kiln('approve', 'hello', '--comment', 'looks good');
    expect(stdout).toMatch(/^hello 1\.0\.0 is live in prod at http:\S+\n$/);
    expect(code).toBe(0);
    expect(stderr).toMatch(/✓ approve .*\n {2}[·✓] StartRollout/);
    expectUserError(await kiln('approve', 'hello'), "nothing of 'hello' awaits approval");
    const [first] = await json<ShownApproval[]>('approvals', '--all');
    expect(first).toMatchObject({
      status: 'approved',
      decisions: [{ decision: 'approve', via: 'cli', comment: 'looks good' }],
    });
  });

  test('rejects with a comment, which the release keeps', async () => {
    expect(await drop('2.0.0', '--no-wait')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('kiln releases hello'),
    });
    await asked('2.0.0');
    const rejected = await kiln('reject', 'hello', '--comment', 'the login page');
    expect(rejected).toMatchObject({
      code: 0,
      stdout: 'rejected hello 2.0.0 for prod; what serves goes on serving\n',
    });
    await cloud.waitFor('2.0.0 is not rejected', async () => {
      const found = JSON.stringify(await inProd('2.0.0'));
      return found.includes('the login page') && found.includes('"rejected"') ? true : undefined;
    });
    expect((await recordIn('prod')).current?.version).toBe('1.0.0');
  });

  test('promotes to where the release does not serve yet, which asks for approval once', async () => {
    await cloud.waitFor('the approval is still there', async () =>
      (await recordIn('prod')).pendingApproval === undefined ? true : undefined,
    );
    const promoted = await kiln('promote', 'hello');
    expect(promoted).toMatchObject({
      code: 0,
      stdout: 'hello 2.0.0 awaits approval for prod: kiln approve hello --env prod\n',
    });
    expectUserError(await kiln('promote', 'hello'), 'hello 2.0.0 awaits approval for');
    expectUserError(await kiln('promote', 'hello', '--version', '9.9.9'), 'there is no release 9.9.9');
  });
});

describe('a person and a rollout', () => {
  test('is told what a rollout that holds needs, and leaves it going with Ctrl-C', async () => {
    const approve = start('approve', 'hello');
    await approve.says('is judged on real requests: it needs about 190 more to http', 30_000);
    const status = await kiln('rollout', 'status', 'hello', '--env', 'prod');
    expect(status.stdout).toMatch(
      /serves +2\.0\.0 50 % .*1\.0\.0 50 %[^]*\n {2}holding +no requests[^]*\n {2}needs /,
    );
    const [shown] = await json<AppStatus[]>('rollout', 'status', '--env', 'prod');
    expect(shown?.record.progress).toMatchObject({ phase: 'holding', version: '2.0.0', missingRequests: 95 });
    const findings = await json<Finding[]>('doctor');
    const [found] = findings.filter(({ check }) => check === 'hello in prod');
    expect(found).toMatchObject({ status: 'note', found: expect.stringContaining('2.0.0 holds at 50 %') });
    expect(found?.remedy).toContain('about 190 more');

    approve.signal('SIGINT');
    expect(await approve.ended).toBe(130);
    expect(approve.stderr()).toContain('the rollout goes on: kiln rollout status hello --env prod --watch');
    expect(approve.stderr()).not.toContain('✗');
    expect((await recordIn('prod')).lease).not.toHaveProperty('abort');
  });

  test('takes back a rollout that is under way', async () => {
    const back = await kiln('rollback', 'hello', '--env', 'prod');
    expect(back).toMatchObject({ code: 0 });
    expect(back.stdout).toMatch(/^100 % on hello 1\.0\.0 in prod after \d+\.\d s: the rollout was undone/);
    await atRest('prod');
    expect(await inProd('2.0.0')).toMatchObject({ status: 'rolled-back', reason: 'RolloutAborted' });
  });

  test('watches a rollout to its end, as text and as JSON', async () => {
    expect(await kiln('promote', 'hello', '--env', 'prod', '--version', '2.0.0', '--no-wait')).toMatchObject({
      code: 0,
      stdout: 'it needs approval: kiln approve hello --env prod\n',
    });
    await asked('2.0.0');
    expect(await kiln('approve', 'hello', '--no-wait')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^approved hello 2\.0\.0 for prod; .*--watch\n$/),
    });
    await cloud.waitFor('no rollout starts', async () =>
      (await recordIn('prod')).lease === undefined ? undefined : true,
    );
    const watch = ['rollout', 'status', 'hello', '--env', 'prod', '--watch'];
    const [text, lines] = [start(...watch), start(...watch, '--json')];
    // The rollout holds until there are requests.
    await cloud.waitFor('nothing is shown', () =>
      Promise.resolve(text.stdout() !== '' && lines.stdout() !== '' ? true : undefined),
    );
    traffic = startTraffic(cloud.environment('prod').url, { perSecond: 80, connections: 10 });
    expect(await Promise.all([text.ended, lines.ended])).toEqual([0, 0]);
    const last = text.stdout().split('\n\n').at(-1);
    expect(last).toMatch(
      /serves +2\.0\.0 100 % .*\n {2}way back +1\.0\.0 .*kiln rollback hello --env prod\n$/,
    );
    const shown = lines
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AppStatus[]);
    expect(shown.at(0)?.[0]?.record).toHaveProperty('lease');
    expect(shown.at(-1)?.[0]?.record).not.toHaveProperty('lease');
  });

  test('goes back in seconds while the old machines are warm, and then no further', async () => {
    const back = await kiln('rollback', 'hello', '--env', 'prod', '--json');
    expect(back.code).toBe(0);
    const { seconds, ...done } = JSON.parse(back.stdout) as { seconds: number };
    expect(done).toMatchObject({ kind: 'flip', version: '1.0.0' });
    expect(seconds).toBeLessThan(15);
    expectUserError(await kiln('rollback', 'hello', '--env', 'prod'), 'NothingToRollBackTo');
    const { failures } = (await traffic?.stop()) ?? {};
    traffic = undefined;
    expect(failures).toEqual([]);
  });

  test('goes back to a release whose machines are gone by rolling it out', async () => {
    const back = await kiln('rollback', 'hello', '--env', 'dev');
    expect(back.stdout).toMatch(/^100 % on hello 1\.0\.0 in dev after .*: it was rolled out again\n$/);
    expect(back.code).toBe(0);
    expect(back.stderr).toMatch(/✓ FinishRollout +\d+\.\d s {2}dev\n/);
    expect((await recordIn('dev')).current?.version).toBe('1.0.0');
  });

  test('is told what blocks an app whose rollout was stopped, and the remedy mends it', async () => {
    await atRest('prod');
    await kiln('promote', 'hello', '--env', 'prod', '--version', '2.0.0', '--no-wait');
    await asked('2.0.0');
    await kiln('approve', 'hello', '--no-wait');
    const { lease } = await cloud.waitFor('it does not hold', async () => {
      const record = await recordIn('prod');
      return record.progress?.phase === 'holding' ? record : undefined;
    });
    await cloud.stopExecution(lease?.executionArn ?? '');
    const doctor = await kiln('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(/hello in prod +blocked +held for .* which was stopped/);
    expect(doctor.stderr).toMatch(/error: .*blocked: hello in prod\ntry: .*kiln rollback hello --env prod/);
    const back = await kiln('rollback', 'hello', '--env', 'prod');
    expect(back.stdout).toMatch(/^100 % on hello 1\.0\.0 in prod after /);
    await atRest('prod');
    expect((await json<Finding[]>('doctor')).filter(({ status }) => status === 'blocked')).toEqual([]);
  });
});

describe('a person and an environment', () => {
  test('switches it off and on again, which says what it came to', async () => {
    await atRest('dev');
    expect(await kiln('env', 'off', 'dev')).toMatchObject({
      code: 0,
      stdout: 'dev is off; back with: kiln env on dev\n',
    });
    expect(await json('ps', '--env', 'dev')).toEqual([]);
    expect((await kiln('env', 'list')).stdout).toMatch(/\ndev +off, for \d+s /);
    expect(await kiln('env', 'on', 'dev')).toMatchObject({ code: 0, stdout: 'dev is on\n' });
    expect(await json('ps', '--env', 'dev')).toHaveLength(2);
    expectUserError(await kiln('env', 'off', 'qa'), "no environment 'qa', only: dev, prod");
  });

  test.each([[['rollback', 'hello']], [['approve']], [['env', 'off']], [['rollout', 'frob']]])(
    'takes wrong usage for that: %j',
    async (args) => {
      expect(await kiln(...args)).toMatchObject({ code: 2, stdout: '' });
    },
  );
});
