import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { projectRoot } from '#cli/home';
import { freePort } from '#test/helpers/free-port';
import {
  newKilnHome,
  processesWith,
  removeKilnHome,
  runKilnProcess,
  startKilnProcess,
} from '#test/helpers/kiln-process';
import type { KilnProcess, KilnResult } from '#test/helpers/kiln-process';

jest.setTimeout(30_000);

const MINUTE = 60_000;
/** Machines and functions are killed, not asked: it takes as long as the slowest call that is cut off. */
const END_SECONDS = 15;

let home: string;
let ports: string[];
const started: KilnProcess[] = [];

beforeAll(async () => {
  home = await newKilnHome();
  ports = ['--port', String(await freePort()), '--listener-port', String(await freePort())];
  ports.push('--port-of', `prod=${await freePort()}`);
});
afterAll(async () => {
  // Only a test that failed half-way leaves one.
  for (const up of started) up.signal('SIGKILL');
  await Promise.all(started.map((up) => up.ended));
  await removeKilnHome(home);
});

const kiln = (...args: string[]): Promise<KilnResult> => runKilnProcess(args, { KILN_HOME: home });
const start = (...args: string[]): KilnProcess => {
  const up = startKilnProcess(['up', ...ports, ...args], { KILN_HOME: home });
  started.push(up);
  return up;
};

/** Sends Ctrl-C and gives the exit code; nothing may be left after `END_SECONDS`. */
const interrupt = async (up: KilnProcess): Promise<number | NodeJS.Signals> => {
  const sentAt = performance.now();
  up.signal('SIGINT');
  const code = await up.ended;
  expect((performance.now() - sentAt) / 1000).toBeLessThan(END_SECONDS);
  expect(await processesWith(home)).toEqual([]);
  return code;
};

const expectUserError = (result: KilnResult, message: RegExp | string): void => {
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(/^error: .*\ntry: .*\n$/);
  expect(result.stderr).toMatch(message);
};

describe('kiln without a local cloud', () => {
  test.each([
    '',
    'up',
    'drop',
    'releases',
    'approvals',
    'approve',
    'reject',
    'promote',
    'rollback',
    'rollout status',
    'env off',
    'slack connect',
    'ps',
    'logs',
    'run',
    'deploy',
    'doctor',
  ])('explains itself: %s --help', async (name) => {
    const result = await kiln(...name.split(' ').filter(Boolean), '--help');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(new RegExp(`^Usage: kiln ${name}`));
    expect(result.stdout).toContain('--json');
  });

  test.each([
    ['ps', '--bogus'],
    ['frob'],
    ['logs'],
    ['logs', 'hello', '-n', 'many'],
    ['up', '--port', 'abc'],
    ['up', '--listener-port', '70000'],
    ['up', '--port-of', 'prod'],
    ['rollback', 'hello'],
  ])('takes wrong usage for that: %s', async (...args) => {
    const result = await kiln(...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^error: .*\n(.*\n)?\nUsage: kiln /);
  });

  test.each([['ps'], ['releases', '--json'], ['--json', 'logs', 'hello'], ['drop', 'hello-1.0.0.zip']])(
    'says that no local cloud runs: %s',
    async (...args) => {
      const endpoint = `http://127.0.0.1:${await freePort()}`;
      const result = await runKilnProcess(args, { KILN_HOME: home, KILN_ENDPOINT: endpoint });
      expectUserError(result, `no local cloud answers at ${endpoint}`);
    },
  );

  test('says that what answers is no cloud', async () => {
    const server = createServer((_request, response) => response.end('{"hello":"world"}'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const result = await runKilnProcess(['ps'], { KILN_HOME: home, KILN_ENDPOINT: endpoint });
    server.close();
    expectUserError(result, 'does not speak as a cloud does');
  });

  test('runs from the launcher on any Node', async () => {
    const result = await runKilnProcess(['--version'], {}, ['node', join(projectRoot, 'cli/kiln.mjs')]);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test('checks the host', async () => {
    const { stdout } = await kiln('doctor', '--json', ...ports);
    const findings = JSON.parse(stdout) as { check: string; status: string }[];
    expect(findings.map((finding) => finding.check)).toContain('Debian packages');
    expect(findings.find((finding) => finding.check === 'Node')).toMatchObject({ status: 'ok' });
  });

  test('names the port that is taken before anything starts', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const result = await kiln(
      'up',
      '--json',
      '--listener-port',
      String(port),
      '--port',
      String(await freePort()),
    );
    server.close();
    expectUserError(result, new RegExp(`port ${port} .* in use.*\n.*--listener-port`));
  });
});

describe('kiln up', () => {
  test(
    'ends within seconds on Ctrl-C in the middle of a release, with 130, and leaves no process',
    async () => {
      const up = start();
      await up.says('✓ BakeImage', 4 * MINUTE);
      expect(await interrupt(up)).toBe(130);
      expect(up.stdout()).toBe('');
    },
    5 * MINUTE,
  );

  test(
    'shows each step, answers every command while it runs, and ends with 0 on Ctrl-C',
    async () => {
      const history = join(home, 'history.jsonl');
      const up = start('--history', history);
      await up.says('Ctrl-C ends every machine', 5 * MINUTE);
      expect(await readFile(history, 'utf8')).toMatch(/"kind":"event".*"detailType":"rollout\.finished"/);
      expect(up.stdout()).toMatch(/^hello answers at http:\/\/127\.0\.0\.1:\d+\n$/);
      expect(up.stderr()).toMatch(/✓ deploy +\d+\.\d s/);
      // The test above ended in the middle of that release: it is not dropped a second time.
      expect(up.stderr()).toContain('resuming s3://');
      expect(up.stderr()).toMatch(/\n {2}dev +http:\S+\n {2}prod +http:\S+\n/);
      expect(up.stderr()).toContain('npx kiln approve hello --env prod');
      expect(up.stderr()).not.toMatch(/NeedsApproval|IsFullyShifted|HasBlue|RolledOut/);
      // oxlint-disable-next-line no-control-regex -- that there are none is the rule
      expect(up.stderr()).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);

      expectUserError(
        await kiln('up', '--json', '--port', '1', '--listener-port', '2'),
        `process id ${up.pid}`,
      );

      const machines = JSON.parse((await kiln('--json', 'ps')).stdout) as { app: string; release: string }[];
      expect(machines).toMatchObject([{ app: 'hello' }, { app: 'hello' }]);
      expect((await kiln('ps')).stdout.split('\n')).toHaveLength(1 + machines.length + 1);
      const releases = JSON.parse((await kiln('releases', 'hello', '--json')).stdout) as { status: string }[];
      expect(releases).toMatchObject([
        {
          status: 'awaiting-approval',
          environments: { dev: { status: 'live' }, prod: { status: 'awaiting-approval' } },
        },
      ]);

      const logs = JSON.parse((await kiln('logs', 'hello', '--json', '-n', '2')).stdout) as {
        lines: string[];
      }[];
      expect(logs.map(({ lines }) => lines.length)).toEqual([2, 2]);
      expectUserError(await kiln('logs', 'nothing'), "no machine of 'nothing' runs");
      const follow = startKilnProcess(['logs', 'hello', '--follow', '-n', '1'], { KILN_HOME: home });
      follow.signal('SIGINT');
      expect(['SIGINT', 0]).toContain(await follow.ended);

      expectUserError(await kiln('drop', '/no/such/artifact.zip'), 'there is no artifact');
      const broken = join(home, 'broken.zip');
      await writeFile(broken, 'no zip');
      expectUserError(await kiln('drop', broken), 'does not say which app and version');
      expectUserError(await kiln('drop', broken, '--app', 'No_App', '--version', '1'), 'would be ignored');
      const refused = await kiln('drop', broken, '--app', 'broken', '--version', '1.0.0', '--json');
      expect(refused.code).toBe(1);
      expect(JSON.parse(refused.stdout)).toMatchObject({ status: 'rejected', reason: 'ArtifactRejected' });
      expect(refused.stderr).toMatch(
        /^error: release broken 1\.0\.0 is rejected.*neither a zip.*\ntry: .*\n$/,
      );

      expect(await interrupt(up)).toBe(0);
    },
    8 * MINUTE,
  );

  test(
    'brings back what was there: --once ends with 0 when it answers',
    async () => {
      const up = start('--once', '--json');
      expect(await up.ended).toBe(0);
      expect(up.stderr()).toBe('');
      expect(JSON.parse(up.stdout())).toMatchObject({
        url: expect.stringContaining('http://127.0.0.1:'),
        environments: [{ name: 'dev' }, { name: 'prod' }],
        awaitingApproval: 'prod',
      });
      expect(await processesWith(home)).toEqual([]);
    },
    5 * MINUTE,
  );
});

describe('kiln run', () => {
  test(
    'boots one machine, prints where it answers as JSON and leaves nothing',
    async () => {
      const result = await kiln('run', '--json', '--once', join(projectRoot, 'examples/hello-node'));
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(result.stdout)).toMatchObject({ digest: expect.stringMatching(/^sha256:/) });
      expect(await processesWith(home)).toEqual([]);
    },
    2 * MINUTE,
  );

  test('refuses what is no artifact, with the reason', async () => {
    const broken = join(home, 'broken.zip');
    await writeFile(broken, 'no zip');
    expectUserError(await kiln('run', '--json', broken), 'neither a zip');
    expectUserError(await kiln('run', '--json', '/no/such/artifact.zip'), 'there is no artifact');
  });
});
