import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How QEMU executes the guest's instructions. */
export type Accelerator = 'kvm' | 'tcg';

/** A working processor needs a tenth of that. */
const PROBE_SECONDS = 3;
/** `isa-debug-exit` ends QEMU with (value << 1) | 1. */
const PROBE_VALUE = 0x2a;
const PROBE_EXIT_CODE = (PROBE_VALUE << 1) | 1;

/** A boot sector that writes PROBE_VALUE to port 0x501: `mov dx, 0x501; mov al, 0x2a; out dx, al; hlt; jmp $-1`. */
const probeSector = (): Buffer => {
  const sector = Buffer.alloc(512);
  Buffer.from([0xba, 0x01, 0x05, 0xb0, PROBE_VALUE, 0xee, 0xf4, 0xeb, 0xfd]).copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
};

const bootsUnderKvm = async (qemu: string): Promise<boolean> => {
  const folder = await mkdtemp(join(tmpdir(), 'kvm-probe-'));
  try {
    const disk = join(folder, 'probe.raw');
    await writeFile(disk, probeSector());
    // A hung probe must not outlive a process that is killed while it waits.
    const child = spawn(
      'setpriv',
      [
        ['--pdeathsig', 'KILL', qemu],
        ['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-m', '32', '-nodefaults', '-no-user-config'],
        ['-display', 'none', '-device', 'isa-debug-exit,iobase=0x501,iosize=1'],
        ['-drive', `file=${disk},format=raw,if=ide`],
      ].flat(),
      { stdio: 'ignore', timeout: PROBE_SECONDS * 1000, killSignal: 'SIGKILL' },
    );
    return await new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === PROBE_EXIT_CODE));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const canOpenKvm = (): Promise<boolean> =>
  access('/dev/kvm', 6).then(
    () => process.arch === 'x64',
    () => false,
  );

/** The answer holds for one boot of this host, one state of /dev/kvm and one QEMU. */
const hostKey = async (qemu: string): Promise<string> => {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  const changed = await stat(qemu).then(
    (status) => status.mtimeMs,
    () => 0,
  );
  return `${bootId.trim()} ${changed} ${await canOpenKvm()}`;
};

/**
 * Finds out whether hardware virtualisation works by booting a 512-byte guest for a few seconds, because /dev/kvm may
 * exist and hang or abort. The answer is remembered in `cacheFile` until the host restarts.
 */
export const probeAccelerator = async (qemu: string, cacheFile: string): Promise<Accelerator> => {
  const key = await hostKey(qemu);
  try {
    const known = JSON.parse(await readFile(cacheFile, 'utf8')) as {
      key?: string;
      accelerator?: Accelerator;
    };
    if (known.key === key && known.accelerator !== undefined) return known.accelerator;
  } catch {
    // No answer yet, or one that a crash cut short: ask again.
  }
  const accelerator = (await canOpenKvm()) && (await bootsUnderKvm(qemu)) ? 'kvm' : 'tcg';
  await mkdir(dirname(cacheFile), { recursive: true });
  await writeFile(cacheFile, JSON.stringify({ key, accelerator }));
  return accelerator;
};
