import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { probeAccelerator } from '#localcloud/hypervisor/accelerator';
import { DEBIAN_PACKAGES } from '../../setup/debian-packages.mjs';
import { kilnHome } from '../home.ts';
import type { Finding } from './finding.ts';

const run = promisify(execFile);

const QEMU = '/usr/bin/qemu-system-x86_64';
/** The base, its packages, the stack's package and a handful of images. */
const NEEDED_GIB = 3;
const GIB = 1024 ** 3;

/** Node 24 or newer runs this. */
export const checkNode = (): Finding => {
  const found = process.versions.node;
  return Number.parseInt(found, 10) >= 24
    ? { check: 'Node', status: 'ok', found }
    : {
        check: 'Node',
        status: 'missing',
        found: `${found}, needed: 24`,
        remedy: 'npm start, which installs it',
      };
};

/** The Debian packages of `packages` that are not installed. */
const findMissing = async (packages: readonly string[]): Promise<readonly string[]> => {
  // It fails when one is unknown, and still tells of the others.
  const { stdout } = await run('dpkg-query', [
    '-W',
    '-f',
    '${Package} ${db:Status-Status}\n',
    ...packages,
  ]).catch((error: unknown) => ({ stdout: (error as { stdout?: string }).stdout ?? '' }));
  const lines = new Set(stdout.split('\n'));
  return packages.filter((name) => !lines.has(`${name} installed`));
};

/** The Debian packages that Kiln uses. */
export const checkPackages = async (): Promise<Finding> => {
  const needed = Object.keys(DEBIAN_PACKAGES);
  const missing = await findMissing(needed);
  if (missing.length === 0) return { check: 'Debian packages', status: 'ok', found: `all ${needed.length}` };
  return {
    check: 'Debian packages',
    status: 'missing',
    found: `not there: ${missing.join(', ')}`,
    remedy: `apt-get install -y --no-install-recommends ${missing.join(' ')}`,
  };
};

/** Whether machines run on the processor or in emulation, which works and is slower. */
export const checkVirtualisation = async (): Promise<Finding> => {
  const check = 'virtualisation';
  const accelerator = await probeAccelerator(QEMU, join(kilnHome(), 'cache/hypervisor/accelerator.json'));
  if (accelerator === 'kvm') return { check, status: 'ok', found: '/dev/kvm works' };
  return { check, status: 'note', found: '/dev/kvm does not work here: machines are emulated, and slower' };
};

/** Bytes that are free where `path` is or will be. */
const freeBytes = async (path: string): Promise<number> => {
  const found = await statfs(path).catch(() => undefined);
  if (found !== undefined) return found.bavail * found.bsize;
  const parent = dirname(path);
  return parent === path ? 0 : freeBytes(parent);
};

/** Room for images and the state. */
export const checkDisk = async (): Promise<Finding> => {
  const home = kilnHome();
  const free = await freeBytes(home);
  const found = `${(free / GIB).toFixed(1)} GiB free at ${home}`;
  return free >= NEEDED_GIB * GIB
    ? { check: 'disk space', status: 'ok', found }
    : {
        check: 'disk space',
        status: 'missing',
        found: `${found}, needed: ${NEEDED_GIB} GiB`,
        remedy: 'make room, or set KILN_HOME to a folder on another disk',
      };
};
