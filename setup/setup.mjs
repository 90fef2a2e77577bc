// All set-up before the first start: npm packages, then Debian packages. Plain JavaScript that Node 20 understands.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEBIAN_PACKAGES, TEST_PACKAGES } from './debian-packages.mjs';
import { hostProblem } from './host-problem.mjs';
import { planInstall } from './install-plan.mjs';
import { missingNpmPackages } from './missing-npm-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const say = (text) => process.stderr.write(`${text}\n`);

const fail = (text, suggestion) => {
  say(`error: ${text}`);
  say(`try: ${suggestion}`);
  process.exit(1);
};

const succeeds = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const hasProgram = (name) => succeeds('sh', ['-c', `command -v ${name}`]);

const checkHost = () => {
  const problem = hostProblem({
    nodeVersion: process.versions.node,
    platform: process.platform,
    isDebian: hasProgram('dpkg-query'),
  });
  if (problem !== undefined) fail(problem.message, problem.suggestion);
};

const readLock = (path) => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch {
    return undefined;
  }
};

/** Installs the npm packages, Node 24 among them, unless exactly those of the lock file are there. */
const installNpmPackages = () => {
  const lock = readLock('package-lock.json');
  if (lock === undefined) fail('package-lock.json cannot be read', 'git checkout package-lock.json');
  const missing = missingNpmPackages(lock, readLock('node_modules/.package-lock.json'));
  if (missing.length === 0 && existsSync(join(root, 'node_modules/.bin/node'))) return;
  say('installing npm packages (pinned in package-lock.json; Node 24 comes with them)');
  const { status, signal } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (signal === 'SIGINT') process.exit(130);
  if (status !== 0) fail('npm ci failed', 'read what npm says above, then start again');
};

const isInstalled = (name) => {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return query.stdout === 'installed';
};

const runCommand = ([program, ...args]) =>
  spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** Installs the Debian packages that are missing; without the right to, says the one command and stops. */
const installDebianPackages = (packages) => {
  const missing = Object.keys(packages).filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  say('these Debian packages are needed and missing:');
  for (const name of missing) say(`  ${name.padEnd(18)} ${packages[name]}`);
  const isRoot = process.getuid() === 0;
  const canSudo = !isRoot && hasProgram('sudo') && succeeds('sudo', ['-n', 'true']);
  const plan = planInstall({ missing, isRoot, canSudo });
  if (plan.userCommand !== undefined) fail('they can only be installed as root', plan.userCommand);
  say('installing them');
  const [update, install] = plan.commands;
  // One of several sources that does not answer is no reason to stop: the packages may come from another.
  if (!runCommand(update)) say('apt-get update failed, going on with the index that is there');
  if (!runCommand(install)) fail('apt-get failed', `read what it says above, then: ${install.join(' ')}`);
};

checkHost();
installNpmPackages();
installDebianPackages(
  process.argv.includes('--test') ? { ...DEBIAN_PACKAGES, ...TEST_PACKAGES } : DEBIAN_PACKAGES,
);
