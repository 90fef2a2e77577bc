// All set-up before the first start: npm packages, then Debian packages. Plain JavaScript that Node 20 understands.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEBIAN_PACKAGES, TEST_PACKAGES } from './debian-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampPath = join(root, 'node_modules', '.kiln-installed');

const say = (text) => process.stderr.write(`${text}\n`);

const fail = (text, suggestion) => {
  say(`error: ${text}`);
  if (suggestion !== undefined) say(`try: ${suggestion}`);
  process.exit(1);
};

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old, needed: 20.19 or newer`);
  if (process.platform !== 'linux') fail(`Kiln's machines run on Linux, got ${process.platform}`);
};

/** Installs the npm packages, Node 24 among them, when the lock file is not what was installed. */
const installNpmPackages = () => {
  const digest = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === digest) return;
  say('installing npm packages (pinned in package-lock.json; Node 24 comes with them)');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) fail('npm ci failed', 'read what npm says above');
  writeFileSync(stampPath, digest);
};

const isInstalled = (name) => {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return query.stdout === 'installed';
};

const hasProgram = (name) => spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;

const runAsRoot = (prefix, args) => {
  const [program, ...rest] = [...prefix, ...args];
  execFileSync(program, rest, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
};

/** Installs the Debian packages that are missing; without the right to, says the one command and stops. */
const installDebianPackages = (packages) => {
  if (!hasProgram('dpkg-query')) fail('this is no Debian or Ubuntu machine: dpkg-query is missing');
  const missing = Object.keys(packages).filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  say('these Debian packages are needed and missing:');
  for (const name of missing) say(`  ${name.padEnd(18)} ${packages[name]}`);
  const isRoot = process.getuid() === 0;
  const canSudo = !isRoot && hasProgram('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!isRoot && !canSudo) fail('they can only be installed as root', `sudo sh -c 'apt-get update && ${install}'`);
  say('installing them');
  const prefix = isRoot ? [] : ['sudo', '-n'];
  try {
    runAsRoot(prefix, ['apt-get', 'update', '-qq']);
    runAsRoot(prefix, install.split(' '));
  } catch {
    fail('apt-get failed', `read what it says above, then: ${install}`);
  }
};

checkNode();
installNpmPackages();
installDebianPackages(process.argv.includes('--test') ? { ...DEBIAN_PACKAGES, ...TEST_PACKAGES } : DEBIAN_PACKAGES);
