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

/** Reports what this machine looks like to the application that runs in it. */
export function inspectMachine() {
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
    environmentNames: Object.keys(process.env).sort(),
    ...found,
  };
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
