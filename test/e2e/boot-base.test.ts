import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBase } from '#bakery/base/ensure-base';
import { bakeTestDisk } from '#test/helpers/bake-test-disk';
import { bootMachine } from '#test/helpers/boot-machine';
import type { BootedMachine, Firmware } from '#test/helpers/boot-machine';
import { startMetadataService } from '#test/helpers/metadata-service';
import type { MetadataFacts } from '#test/helpers/metadata-service';

const SERVER = `
const { readFileSync, writeFileSync, readdirSync, existsSync } = require('node:fs');
const attempt = (act) => { try { return String(act()); } catch (error) { return error.code; } };
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/exit') process.exit(3);
  if (request.url === '/crash') process.kill(process.pid, 'SIGSEGV');
  if (request.url === '/hoard') { globalThis.hoard = []; for (;;) hoard.push(Buffer.alloc(1 << 20, 1)); }
  response.end(JSON.stringify({
    environment: process.env,
    keepAliveTimeout: server.keepAliveTimeout,
    status: readFileSync('/proc/self/status', 'utf8'),
    resolver: readFileSync('/etc/resolv.conf', 'utf8'),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    terminal: process.stdout.isTTY === true,
    tmp: attempt(() => writeFileSync('/tmp/file', 'x')),
    app: attempt(() => writeFileSync('/app/file', 'x')),
    root: attempt(() => writeFileSync('/file', 'x')),
    devices: readdirSync('/dev'),
    programs: readdirSync('/usr/bin'),
    init: attempt(() => readFileSync('/proc/1/environ')),
    shell: existsSync('/bin/sh'),
  }));
});
server.listen(Number(process.env.LISTEN_PORT ?? process.env.PORT), process.env.LISTEN_HOST, () => console.log('hello from the app'));
process.on('SIGTERM', () => { while (process.env.HANG); console.log('asked to stop'); process.exit(0); });
`;

const FILES = { 'server.js': SERVER, 'config/staging.env': 'GREETING=baked\nCOLOUR="light blue"\n' };

const FACTS: MetadataFacts = {
  instanceId: 'i-0123456789abcdef0',
  zone: 'local-1a',
  tags: { 'kiln:env': 'staging', 'kiln:app': 'hello', 'kiln:release': 'hello-1.0.0' },
  userData: '# launch-time values\nGREETING=from user data\nnot a variable\n',
};

interface Report {
  readonly environment: Record<string, string>;
  readonly [fact: string]: unknown;
}

let workDir: string;
let diskPath: string;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'kiln-boot-'));
  const base = await ensureBase({ home: process.env['KILN_HOME'] ?? join(homedir(), '.kiln') });
  diskPath = await bakeTestDisk(base, FILES, workDir);
}, 180_000);

afterAll(() => rm(workDir, { recursive: true, force: true }));

/** Boots the disk, runs the rule, and ends the machine. */
async function withMachine(
  facts: MetadataFacts,
  rule: (machine: BootedMachine) => Promise<void>,
  options: { firmware?: Firmware; disk?: 'virtio' | 'nvme' } = {},
): Promise<void> {
  await using metadata = await startMetadataService(facts);
  await using machine = await bootMachine({
    firmware: options.firmware ?? 'direct',
    ...(options.disk === undefined ? {} : { disk: options.disk }),
    diskPath,
    metadataPort: metadata.port,
    workDir,
  });
  await rule(machine);
}

function withUserData(userData: string): MetadataFacts {
  return { ...FACTS, userData };
}

describe('a baked disk', () => {
  test.each<{ firmware: Firmware; disk: 'virtio' | 'nvme' }>([
    { firmware: 'direct', disk: 'virtio' },
    { firmware: 'bios', disk: 'virtio' },
    { firmware: 'uefi', disk: 'nvme' },
  ])(
    'serves when booted by $firmware from $disk',
    async ({ firmware, disk }) => {
      await withMachine(
        FACTS,
        async (machine) => {
          const { seconds } = await machine.waitForHttp('/');
          expect(machine.console()).toMatch(/kiln: init started at \d+\.\d\d s/u);
          process.stderr.write(`${firmware} from ${disk}: HTTP 200 after ${seconds.toFixed(2)} s\n`);
        },
        { firmware, disk },
      );
    },
    180_000,
  );
});

describe('the application', () => {
  test('gets its identity, its baked settings and user data on top, and no more rights than it needs', async () => {
    await withMachine(FACTS, async (machine) => {
      const report = JSON.parse((await machine.waitForHttp('/')).body) as Report;
      expect(report.environment).toMatchObject({
        GREETING: 'from user data',
        COLOUR: 'light blue',
        KILN_ENV: 'staging',
        KILN_APP: 'hello',
        KILN_RELEASE: 'hello-1.0.0',
        KILN_INSTANCE_ID: 'i-0123456789abcdef0',
        KILN_ZONE: 'local-1a',
        PORT: '8080',
        HOME: '/tmp',
      });
      expect(report['status']).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/mu);
      expect(report['status']).toMatch(/^Groups:\t1000 $/mu);
      expect(report['status']).toMatch(/^NoNewPrivs:\t1$/mu);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
        expect(report['status']).toMatch(new RegExp(`^${set}:\t0000000000000000$`, 'mu'));
      }
      const devices = 'fd full null random shm stderr stdin stdout urandom zero';
      expect(report['devices']).toEqual(devices.split(' '));
      expect(report).toMatchObject({
        keepAliveTimeout: 65_000,
        terminal: false,
        tmp: 'undefined',
        app: 'EROFS',
        root: 'EROFS',
        init: 'ENOENT',
        shell: false,
        programs: ['node'],
        resolver: 'nameserver 169.254.169.252\n',
      });
      expect(machine.console()).toContain(
        'kiln: user data: left out what is not NAME=value (lines: 1, the first is line 3)\n',
      );
      expect(machine.console()).toContain('hello from the app\n');
      await machine.waitForConsole(/kiln: app listens on port 8080 after \d+\.\d{3} s/u);
    });
  }, 180_000);
});

describe('a machine', () => {
  test('asks its application to stop when the power button is pressed, then powers off', async () => {
    await withMachine(FACTS, async (machine) => {
      await machine.waitForConsole(/app listens on port 8080/u);
      // The button works from a moment after that line on.
      const pressing = setInterval(() => void machine.pressPowerButton().catch(() => undefined), 500);
      await machine.ended;
      clearInterval(pressing);
      expect(machine.console()).toMatch(/kiln: stopping the app at \S+ s: the power button was pressed\n/u);
      expect(machine.console()).toMatch(/asked to stop\nkiln: app exited with status 0 after \S+ s\n/u);
    });
  }, 180_000);

  test.each([
    ['/exit', /kiln: app exited with status 3 after \d+\.\d s\n/u],
    ['/crash', /kiln: app killed by signal 11 \(SIGSEGV\) after \d+\.\d s\n/u],
    ['/hoard', /kiln: app killed by signal 9 \(SIGKILL\) after \S+ s: the machine ran out of memory\n/u],
  ])(
    'says how its application ended and powers off (%s)',
    async (path, line) => {
      await withMachine(FACTS, async (machine) => {
        await machine.waitForHttp('/');
        void machine.waitForHttp(path).catch(() => undefined);
        await machine.ended;
        expect(machine.console()).toMatch(line);
        expect(machine.console()).toMatch(/kiln: powering off at \S+ s\n/u);
      });
    },
    180_000,
  );

  test('says where its application listens when that is not where the balancer asks', async () => {
    await withMachine(withUserData('LISTEN_HOST=127.0.0.1\nLISTEN_PORT=3000'), async (machine) => {
      await machine.waitForConsole(/kiln: app listens on 127\.0\.0\.1:3000, expected 0\.0\.0\.0:8080\n/u);
    });
  }, 180_000);
});

describe('a machine that is left alone', () => {
  /** On a busy host an app has been seen to listen after 11 s. */
  const UPTIME_SECONDS = 24;
  type Booted = () => void;
  const works = new Map<string, (booted: Booted) => Promise<void>>();
  const runs = new Map<string, Promise<void>>();

  /** A case whose machine waits for its time beside those of the others; they boot one after the other. */
  const beside = (title: string, work: (booted: Booted) => Promise<void>): void => {
    works.set(title, work);
    test(title, () => runs.get(title), 180_000);
  };

  beforeAll(async () => {
    for (const [title, work] of works) {
      const next = Promise.withResolvers<void>();
      const run = work(next.resolve);
      runs.set(title, run);
      // Its test tells how it ended.
      await Promise.race([next.promise, run.catch(() => undefined)]);
    }
  }, 180_000);

  beside('starts its application with defaults when there is no metadata service', async (booted) => {
    await using machine = await bootMachine({ firmware: 'direct', diskPath, workDir });
    await machine.waitForConsole(/kiln: init started/u);
    booted();
    await machine.waitForConsole(/kiln: no metadata at \S+ s: starting the app with defaults\n/u);
    const report = JSON.parse((await machine.waitForHttp('/')).body) as Report;
    expect(report.environment).toMatchObject({ KILN_ENV: 'default', KILN_INSTANCE_ID: 'unknown' });
  });

  beside('powers off at its maximum uptime although nobody asks it to', async (booted) => {
    await withMachine(withUserData(`KILN_MAX_UPTIME_SECONDS=${UPTIME_SECONDS}`), async (machine) => {
      await machine.waitForConsole(/app listens on port 8080/u);
      booted();
      await machine.ended;
      expect(machine.console()).toMatch(
        /: the machine reached its maximum uptime of 24 s \(dead-man timer\)\n/u,
      );
      expect(machine.console()).toMatch(/app exited with status 0/u);
    });
  });

  beside('goes on beyond its maximum uptime as long as its tag says that it is kept', async (booted) => {
    const tags = { ...FACTS.tags, 'kiln:keep': '20' };
    await withMachine({ ...withUserData('KILN_MAX_UPTIME_SECONDS=12'), tags }, async (machine) => {
      await machine.waitForConsole(/kiln: dead-man timer: the machine is kept and ends itself at 4\d s\n/u);
      await machine.waitForHttp('/');
      booted();
      await machine.ended;
      expect(machine.console().match(/the machine is kept/gu)).toHaveLength(1);
      expect(machine.console()).toMatch(
        /stopping the app at 4\d\.\d\d s: the machine reached its maximum uptime of 4\d s \(dead-man timer\)\n/u,
      );
      expect(machine.console()).toMatch(/app exited with status 0/u);
    });
  });

  beside('powers off at its maximum uptime when nobody can tell it whether it is kept', async (booted) => {
    await using metadata = new AsyncDisposableStack();
    const facts = withUserData(`KILN_MAX_UPTIME_SECONDS=${UPTIME_SECONDS}`);
    const { port } = metadata.use(await startMetadataService(facts));
    await using machine = await bootMachine({ firmware: 'direct', diskPath, metadataPort: port, workDir });
    await machine.waitForConsole(/app listens on port 8080/u);
    booted();
    await metadata.disposeAsync();
    await machine.ended;
    // It asks for a second.
    expect(machine.console()).toMatch(
      /stopping the app at 2[4-6]\.\d\d s: the machine reached its maximum uptime of 24 s/u,
    );
  });

  beside('powers off at its maximum uptime although its application hangs', async (booted) => {
    await withMachine(
      withUserData(`KILN_MAX_UPTIME_SECONDS=${UPTIME_SECONDS}\nHANG=yes`),
      async (machine) => {
        await machine.waitForConsole(/app listens on port 8080/u);
        booted();
        await machine.ended;
        expect(machine.console()).toMatch(/kiln: app did not stop within 30 s: killing it\n/u);
        expect(machine.console()).toMatch(/kiln: app killed by signal 9 \(SIGKILL\) after \S+ s\n/u);
      },
    );
  });
});
