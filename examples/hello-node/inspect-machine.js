import { spawnSync } from 'node:child_process';
import { accessSync, constants, lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED = new Set(['/proc', '/sys']);
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'busybox', 'toybox']);
const FORBIDDEN_PLACES = [
  '/',
  '/app',
  '/app/config',
  '/etc',
  '/usr',
  '/usr/bin',
  '/usr/lib',
  '/var',
  '/run',
  '/dev',
  '/root',
  '/home',
];

const METADATA = 'http://169.254.169.254/latest';
/** Settings that say nothing secret; of the rest only the names are reported. */
const SHOWN = /^(KILN_[A-Z_]+|PORT|GREETING|COLOUR)$/;

/** Reports what this machine looks like to the application that runs in it. */
export async function inspectMachine() {
  const found = { files: 0, executables: [], shells: [], setuid: [], writableDirectories: [] };
  walk('/', found);
  return {
    uid: process.getuid(),
    gid: process.getgid(),
    groups: process.getgroups(),
    pid: process.pid,
    cwd: process.cwd(),
    execPath: process.execPath,
    node: process.version,
    writes: Object.fromEntries(FORBIDDEN_PLACES.map((place) => [place, tryWrite(place)])),
    tmpWrite: tryWrite('/tmp'),
    runShell: tryRun('/bin/sh', ['-c', 'exit 0']),
    environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => SHOWN.test(name))),
    environmentNames: Object.keys(process.env).sort(),
    metadata: await readMetadata().catch((error) => ({ error: String(error.cause ?? error) })),
    ...found,
  };
}

async function readMetadata() {
  const signal = AbortSignal.timeout(5000);
  const { status } = await fetch(`${METADATA}/meta-data/instance-id`, { signal });
  const ask = { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }, signal };
  const token = await (await fetch(`${METADATA}/api/token`, ask)).text();
  const read = async (path) => {
    const headers = { 'x-aws-ec2-metadata-token': token };
    return (await fetch(`${METADATA}/meta-data/${path}`, { headers, signal })).text();
  };
  return {
    withoutToken: status,
    instanceId: await read('instance-id'),
    zone: await read('placement/availability-zone'),
  };
}

function tryRun(program, programArguments) {
  const { error, status, signal } = spawnSync(program, programArguments, { timeout: 2000 });
  return error?.code ?? `ran: ${signal ?? status}`;
}

function tryWrite(directory) {
  const path = join(directory, `kiln-inspect-${process.pid}`);
  try {
    writeFileSync(path, 'x');
    rmSync(path);
    return 'written';
  } catch (error) {
    return error.code;
  }
}

function walk(directory, found) {
  if (isWritable(directory)) found.writableDirectories.push(directory);
  for (const item of list(directory)) {
    const path = join(directory, item.name);
    if (SHELLS.has(item.name)) found.shells.push(path);
    if (item.isDirectory()) {
      if (!SKIPPED.has(path)) walk(path, found);
    } else if (item.isFile()) {
      inspectFile(path, found);
    }
  }
}

function inspectFile(path, found) {
  const { mode } = lstatSync(path);
  found.files += 1;
  if ((mode & 0o6000) !== 0) found.setuid.push(path);
  if ((mode & 0o111) !== 0) found.executables.push(path);
}

function list(directory) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isWritable(directory) {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
